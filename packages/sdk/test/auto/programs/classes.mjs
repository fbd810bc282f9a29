/** A class of the application's own, with a field that hides one of the client's. */
export const mine = (OpenAI) =>
  class Mine extends OpenAI {
    embeddings = {};
  };

/** Azure's client at the address of the test's server. */
export const azure = (AzureOpenAI) =>
  class Azure extends AzureOpenAI {
    constructor({ baseURL, apiKey }) {
      super({ baseURL, apiKey, apiVersion: '2024-10-21' });
    }
  };
