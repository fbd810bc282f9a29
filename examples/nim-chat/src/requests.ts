import type OpenAI from 'openai';
import type { ChatCompletionTool } from 'openai/resources/chat/completions';

/** What one call is given. */
export interface Asked {
  readonly client: OpenAI;
  readonly model: string;
  readonly prompt: string;
  readonly signal: AbortSignal;
}

/** A way of calling the model. */
export type Ask = (asked: Asked) => Promise<void>;

const MAX_TOKENS = 128;
/** How many chunks those who leave early have seen. */
const CHUNKS_SEEN = 6;

const WEATHER: ChatCompletionTool = {
  type: 'function',
  function: {
    name: 'get_weather',
    description: 'The weather of the next days',
    parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  },
};

function startStream({ client, model, prompt, signal }: Asked, tools?: ChatCompletionTool[]) {
  return client.chat.completions.create(
    {
      model,
      messages: [{ role: 'user', content: prompt }],
      max_tokens: MAX_TOKENS,
      stream: true,
      // Without this a server counts no tokens on streams.
      stream_options: { include_usage: true },
      ...(tools && { tools }),
    },
    { signal },
  );
}

/** Reads a stream to its end. */
export const stream: Ask = async (asked) => {
  for await (const _chunk of await startStream(asked));
};

/** Waits for the whole answer. */
export const plain: Ask = async ({ client, model, prompt, signal }) => {
  const messages = [{ role: 'user' as const, content: prompt }];
  await client.chat.completions.create({ model, messages, max_tokens: MAX_TOKENS }, { signal });
};

/** Offers a tool, which the model calls. */
export const withTool: Ask = async (asked) => {
  for await (const _chunk of await startStream(asked, [WEATHER]));
};

/** Breaks off the loop: the outcome is `cancelled`. */
export const leave: Ask = async (asked) => {
  let seen = 0;
  for await (const _chunk of await startStream(asked)) if (++seen === CHUNKS_SEEN) break;
};

/** Gives the signal to stop: the outcome is `aborted`. */
export const abort: Ask = async (asked) => {
  const controller = new AbortController();
  const signal = AbortSignal.any([asked.signal, controller.signal]);
  let seen = 0;
  for await (const _chunk of await startStream({ ...asked, signal })) if (++seen === CHUNKS_SEEN) controller.abort();
};
