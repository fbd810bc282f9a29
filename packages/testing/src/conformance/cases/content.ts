import type { Scenario } from '../../mock/scenario.ts';
import { CHAT } from '../apis/chat.ts';
import { PLAIN, STREAMED, WEATHER_CALL } from '../prompts.ts';
import { readStream } from '../seen.ts';
import type { ConformanceCase } from '../suite.ts';

const firsts = (token: number, output: number): Record<string, number> => ({
  llm_time_to_first_token_seconds: token,
  llm_time_to_first_output_token_seconds: output,
});

interface ContentCase {
  readonly title: string;
  readonly respond: Scenario;
  readonly message: object;
  /** Items of the stream. */
  readonly length: number;
  readonly totals: Readonly<Record<string, number>>;
  readonly request?: { readonly n: number };
}

/** The same content in a plain and in a streamed call. */
function both({ title, respond, message, length, totals, request }: ContentCase): ConformanceCase[] {
  return [
    {
      title: `${title}, plain`,
      respond,
      use: ({ client }) => client.chat.completions.create({ ...PLAIN, ...request }),
      seen: { choices: Array(request?.n ?? 1).fill({ message }) },
      measured: { outcome: 'ok', totals: firsts(0, 0) },
    },
    {
      title: `${title}, streamed`,
      respond,
      use: async ({ client }) => readStream(CHAT, await client.chat.completions.create({ ...STREAMED, ...request })),
      seen: { items: { length }, error: undefined },
      measured: { outcome: 'ok', totals },
    },
  ];
}

/** Answers that are not just text. */
export const CONTENT: readonly ConformanceCase[] = [
  ...both({
    title: 'two choices',
    respond: { tokens: ['Hi'] },
    message: { content: 'Hi' },
    length: 7,
    totals: firsts(1, 1),
    request: { n: 2 },
  }),
  ...both({
    title: 'tool calls only',
    respond: { tokens: 0, toolCalls: [WEATHER_CALL, WEATHER_CALL] },
    message: { content: null, tool_calls: [{ function: WEATHER_CALL }, { function: WEATHER_CALL }] },
    length: 9,
    totals: firsts(1, 1),
  }),
  ...both({
    title: 'refusal only',
    respond: { tokens: 0, refusal: 'No, thanks' },
    message: { content: null, refusal: 'No, thanks' },
    length: 5,
    totals: firsts(1, 1),
  }),
  ...both({
    title: 'reasoning only',
    respond: { tokens: 0, reasoningTokens: 3 },
    message: { content: null, reasoning_content: 'the model writes ' },
    length: 6,
    totals: { ...firsts(1, 0), llm_token_details_total: 3 },
  }),
  ...both({
    title: 'nothing at all',
    respond: { tokens: 0 },
    message: { content: null },
    length: 3,
    totals: firsts(0, 0),
  }),
  ...both({
    title: 'no usage',
    respond: { tokens: ['Hi'], usage: false },
    message: { content: 'Hi' },
    length: 3,
    totals: { ...firsts(1, 1), llm_usage_missing_total: 1 },
  }),
];
