/** A number from the first to the second. */
export type Range = readonly [number, number];

/** A model that the mock plays. */
export interface MockModel {
  readonly id: string;
  readonly firstTokenMillis: Range;
  readonly interTokenMillis: Range;
  readonly tokens: Range;
  readonly reasoningTokens: Range;
}

export const MODELS: readonly MockModel[] = [
  {
    id: 'meta/llama-3.1-8b-instruct',
    firstTokenMillis: [50, 160],
    interTokenMillis: [7, 12],
    tokens: [20, 80],
    reasoningTokens: [0, 0],
  },
  {
    id: 'nvidia/llama-3.3-nemotron-super-49b-v1.5',
    firstTokenMillis: [150, 420],
    interTokenMillis: [13, 21],
    tokens: [25, 80],
    reasoningTokens: [0, 0],
  },
  {
    id: 'deepseek-ai/deepseek-r1',
    firstTokenMillis: [300, 800],
    interTokenMillis: [18, 28],
    tokens: [20, 50],
    reasoningTokens: [10, 25],
  },
];

/** US dollars per million tokens, input and output. For the sake of the example: they are nobody's price list. */
const PRICES: Readonly<Record<string, Range>> = {
  'meta/llama-3.1-8b-instruct': [0.05, 0.1],
  'nvidia/llama-3.3-nemotron-super-49b-v1.5': [0.3, 0.9],
  'deepseek-ai/deepseek-r1': [0.6, 2.4],
};

/** What a call cost in US dollars; `undefined` for a model without a price. */
export function priceOf(
  model: string,
  { input = 0, output = 0 }: { input?: number; output?: number },
): number | undefined {
  const price = PRICES[model];
  return price && (input * price[0] + output * price[1]) / 1e6;
}
