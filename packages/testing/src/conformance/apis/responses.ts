import { MODEL } from '../prompts.ts';
import type { Api, SdkPromise, SdkStream } from '../suite.ts';

const PLAIN = { model: MODEL, input: 'Say hello' };
const STREAMED = { ...PLAIN, stream: true as const };

interface Part {
  readonly type?: string;
  readonly delta?: unknown;
  readonly output_text?: string;
}

interface Body {
  readonly usage?: { readonly input_tokens: number; readonly output_tokens: number } | null;
  readonly response?: Body;
}

/** `responses.create`. */
export const RESPONSES: Api = {
  name: 'responses',
  operation: 'chat',
  plain: PLAIN,
  streamed: STREAMED,
  asking: (message) => ({ model: MODEL, input: [message] }),
  create: (client, request, options) =>
    client.responses.create(request as typeof PLAIN, options) as unknown as SdkPromise<object>,
  stream: (client, request, options) =>
    client.responses.create(request as typeof STREAMED, options) as unknown as SdkPromise<SdkStream>,
  firstId: 'resp_0',
  answer: { status: 'completed', output: [{ content: [{ text: 'Hello there!' }] }] },
  streamLength: 11,
  usageChunks: 0,
  loneItem: 6,
  streamEnd: /^data: \{"type":"response\.completed".*\n\n$/m,
  textOf: (part) => {
    const { type, delta, output_text: text } = part as Part;
    return type === 'response.output_text.delta' ? String(delta ?? '') : (text ?? '');
  },
  usageOf: (body) => {
    const { usage, response } = body as Body;
    const found = usage ?? response?.usage;
    return found ? { input: found.input_tokens, output: found.output_tokens } : undefined;
  },
  streamError: 'APIError',
  refused: { code: 429, type: 'TooManyRequestsError' },
  reasoningMark: 'reasoning_text.delta',
  textMark: 'output_text.delta',
};
