const IDENTITY = { id: 'chatcmpl-5f0c1f6d2b', object: 'chat.completion.chunk', created: 1_790_000_000 };
export const MODEL = 'meta/llama-3.1-8b-instruct';
const USAGE = { prompt_tokens: 24, total_tokens: 124, completion_tokens: 100 };

const encoder = new TextEncoder();

const event = (choices: readonly unknown[], more: object = {}): string =>
  `data: ${JSON.stringify({ ...IDENTITY, model: MODEL, choices, ...more })}\n\n`;

const choice = (delta: object, finishReason: string | null = null): object => ({
  index: 0,
  delta,
  logprobs: null,
  finish_reason: finishReason,
});

/** The server-sent events of an answer of `tokens` content chunks, as vLLM and NIM write them: role, tokens, reason, usage. */
export function sseEvents(tokens: number): readonly Uint8Array[] {
  const events = [
    event([choice({ role: 'assistant', content: '' })]),
    ...Array.from({ length: tokens }, (_, index) => event([choice({ content: ` token${index % 10}` })])),
    event([choice({ content: '' }, 'stop')]),
    event([], { usage: USAGE }),
    'data: [DONE]\n\n',
  ];
  return events.map((text) => encoder.encode(text));
}

/** A whole answer in one chunk. */
export const ONE_CHUNK: readonly Uint8Array[] = [
  event([choice({ role: 'assistant', content: 'Hello there, how are you?' }, 'stop')], { usage: USAGE }),
  'data: [DONE]\n\n',
].map((text) => encoder.encode(text));

/** The body of a plain answer. */
export const COMPLETION: Uint8Array<ArrayBuffer> = encoder.encode(
  JSON.stringify({
    ...IDENTITY,
    object: 'chat.completion',
    model: MODEL,
    choices: [
      { ...choice({}, 'stop'), delta: undefined, message: { role: 'assistant', content: 'Hello there, how are you?' } },
    ],
    usage: USAGE,
  }),
);
