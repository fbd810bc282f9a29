/**
 * One plain and one streamed call through a client of each class, by a model of its own. Prints what was counted, by model.
 * It imports nothing: the caller brings its classes, and reads `/metrics`.
 */
export async function scenario(classes, readMetrics) {
  const odd = [];
  for (const [name, Client] of Object.entries(classes)) {
    const client = new Client({ baseURL: process.env.BASE_URL, apiKey: 'none' });
    if (!(client instanceof Client)) odd.push(`${name}: not an instance`);
    globalThis.afterConstruction?.(client);
    const request = { model: name, max_tokens: 9, messages: [{ role: 'user', content: 'Hello?' }] };
    const copy = client.withOptions?.({ timeout: 9000 }) ?? client;
    await methodOf(copy)(request);
    for await (const chunk of await methodOf(client)({ ...request, stream: true })) void chunk;
  }
  console.log(JSON.stringify({ counted: counted(await readMetrics()), odd }));
  process.exit(0);
}

/** OpenAI's or Anthropic's. */
const methodOf =
  ({ chat, messages }) =>
  (request) =>
    (chat?.completions ?? messages).create(request);

function counted(page) {
  const counts = {};
  for (const [, labels, value] of page.matchAll(/^llm_requests_total\{(.*)\} (\d+)/gm)) {
    const { model, provider } = Object.fromEntries([...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, ...pair]) => pair));
    counts[`${model} ${provider}`] = Number(value);
  }
  return counts;
}

/** The page of the registration that is active. */
export const pageOf = async ({ metricsFetch }) => (await metricsFetch(new Request('http://localhost/metrics'))).text();
