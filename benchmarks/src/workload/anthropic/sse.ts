export const MODEL = 'claude-sonnet-5';

const encoder = new TextEncoder();

const usage = (input: number, output: number): object => ({
  input_tokens: input,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: 0,
  cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 0 },
  output_tokens: output,
  service_tier: 'standard',
});

const message = (content: readonly object[], reason: string | null, output: number): object => ({
  id: 'msg_01XFDUDYJgAACzvnptvVoYEL',
  type: 'message',
  role: 'assistant',
  model: MODEL,
  content,
  stop_reason: reason,
  stop_sequence: null,
  usage: usage(24, output),
});

const event = (type: string, fields: object = {}): Uint8Array =>
  encoder.encode(`event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`);

const delta = (text: string): Uint8Array =>
  event('content_block_delta', { index: 0, delta: { type: 'text_delta', text } });

const streamOf = (deltas: readonly Uint8Array[]): readonly Uint8Array[] => [
  event('message_start', { message: message([], null, 1) }),
  event('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }),
  event('ping'),
  ...deltas,
  event('content_block_stop', { index: 0 }),
  event('message_delta', {
    delta: { stop_reason: 'end_turn', stop_sequence: null },
    usage: usage(24, 100),
  }),
  event('message_stop'),
];

/** The server-sent events of an answer of `tokens` text deltas, as the Messages API writes them. */
export function sseEvents(tokens: number): readonly Uint8Array[] {
  return streamOf(Array.from({ length: tokens }, (_, index) => delta(` token${index % 10}`)));
}

const TEXT = 'Hello there, how are you?';

/** A whole answer in one delta. */
export const ONE_CHUNK: readonly Uint8Array[] = streamOf([delta(TEXT)]);

/** The body of a plain answer. */
export const MESSAGE: Uint8Array<ArrayBuffer> = encoder.encode(
  JSON.stringify(message([{ type: 'text', text: TEXT }], 'end_turn', 8)),
);
