import { MODEL } from '../prompts.ts';
import type { Api, SdkPromise, SdkStream } from '../suite.ts';
import { CHAT } from './chat.ts';

const PLAIN = { model: MODEL, prompt: 'Say hello' };
const STREAMED = { ...PLAIN, stream: true as const, stream_options: { include_usage: true } };

interface Completion {
  readonly choices?: readonly { readonly text?: string }[];
}

/** `completions.create`, the older API of text. */
export const COMPLETIONS: Api = {
  name: 'completions',
  operation: 'text_completion',
  plain: PLAIN,
  streamed: STREAMED,
  streamedWithoutUsage: { ...PLAIN, stream: true },
  asking: () => PLAIN,
  create: (client, request, options) =>
    client.completions.create(request as typeof PLAIN, options) as unknown as SdkPromise<object>,
  stream: (client, request, options) =>
    client.completions.create(request as typeof STREAMED, options) as unknown as SdkPromise<SdkStream>,
  firstId: 'cmpl-0',
  answer: { choices: [{ text: 'Hello there!', finish_reason: 'stop' }] },
  streamLength: 5,
  usageChunks: 1,
  loneItem: 3,
  streamEnd: /data: \[DONE\]\n\n$/,
  textOf: (part) => (part as Completion).choices?.[0]?.text ?? '',
  usageOf: CHAT.usageOf,
  streamError: 'APIError',
  refused: CHAT.refused,
  textMark: '"text":"the "',
};
