import { MODEL, PLAIN, STREAMED } from '../prompts.ts';
import type { Api, SdkPromise, SdkStream } from '../suite.ts';

interface Completion {
  readonly choices?: readonly {
    readonly message?: { readonly content?: string | null };
    readonly delta?: { readonly content?: string | null };
  }[];
}

/** `chat.completions.create`. */
export const CHAT: Api = {
  name: 'chat',
  operation: 'chat',
  plain: PLAIN,
  streamed: STREAMED,
  streamedWithoutUsage: { ...PLAIN, stream: true },
  asking: (message) => ({ model: MODEL, messages: [message] }),
  create: (client, request, options) =>
    client.chat.completions.create(request as typeof PLAIN, options) as unknown as SdkPromise<object>,
  stream: (client, request, options) =>
    client.chat.completions.create(request as typeof STREAMED, options) as unknown as SdkPromise<SdkStream>,
  parsed: async (client) => (await client.chat.completions.parse(PLAIN)).choices[0]?.message.parsed,
  firstId: 'chatcmpl-0',
  answer: { choices: [{ message: { content: 'Hello there!' }, finish_reason: 'stop' }] },
  streamLength: 6,
  usageChunks: 1,
  loneItem: 3,
  streamEnd: /data: \[DONE\]\n\n$/,
  textOf: (part) => {
    const [choice] = (part as Completion).choices ?? [];
    return choice?.message?.content ?? choice?.delta?.content ?? '';
  },
  usageOf: (body) => {
    const { usage } = body as { usage?: { prompt_tokens: number; completion_tokens: number } | null };
    return usage ? { input: usage.prompt_tokens, output: usage.completion_tokens } : undefined;
  },
  reasoningMark: 'reasoning_content',
  streamError: 'APIError',
  refused: { code: 429, type: 'TooManyRequestsError' },
  textMark: '"content":"the "',
};
