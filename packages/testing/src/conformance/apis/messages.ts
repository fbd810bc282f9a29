import { expect } from 'vitest';
import { MODEL } from '../prompts.ts';
import type { Api, Client, SdkPromise, SdkStream } from '../suite.ts';

const PLAIN = { model: MODEL, max_tokens: 1024, messages: [{ role: 'user' as const, content: 'Say hello' }] };

type Create = (request: object, options?: object) => unknown;

interface Part {
  readonly content?: readonly { readonly type?: string; readonly text?: string }[];
  readonly delta?: { readonly text?: string };
}

interface Counts {
  readonly input_tokens: number;
  readonly output_tokens: number;
}

interface Body {
  readonly usage?: Counts | null;
  readonly message?: Body;
}

/** A client of Anthropic's SDK, which has another shape. */
export const messagesOf = (client: Client): { readonly create: Create; readonly [helper: string]: Create } =>
  (client as unknown as { messages: { readonly create: Create } & Record<string, Create> }).messages;

/** `messages.create`. */
export const MESSAGES: Api = {
  name: 'messages',
  operation: 'chat',
  plain: PLAIN,
  streamed: { ...PLAIN, stream: true },
  asking: (message) => ({ ...PLAIN, messages: [message] }),
  create: (client, request, options) => messagesOf(client).create(request, options) as SdkPromise<object>,
  stream: (client, request, options) => messagesOf(client).create(request, options) as SdkPromise<SdkStream>,
  firstId: 'msg_0',
  answer: { type: 'message', content: [{ type: 'text', text: 'Hello there!' }], stop_reason: 'end_turn' },
  streamLength: 8,
  usageChunks: 0,
  loneItem: 4,
  streamEnd: /data: \{"type":"message_stop"\}\n\n$/,
  textOf: (part) => {
    const { content, delta } = part as Part;
    return delta?.text ?? content?.find(({ type }) => type === 'text')?.text ?? '';
  },
  usageOf: (body) => {
    const { usage, message } = body as Body;
    const found = usage ?? message?.usage;
    return found ? { input: found.input_tokens, output: found.output_tokens } : undefined;
  },
  // SDKs before 0.37 have the second.
  streamError: expect.stringMatching(/^(APIError|APIConnectionError)$/),
  refused: {},
  tellsInputFirst: true,
  reasoningMark: 'thinking_delta',
  textMark: 'text_delta',
};
