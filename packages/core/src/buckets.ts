/**
 * Bucket boundaries. The `_V1` latency lists are those of vLLM V1 and NIM 2.x and contain every boundary of NIM 1.x,
 * so that a client panel and a server panel compare line by line; the `_NIM1` lists are NIM 1.x's own.
 */
export const TTFT_NIM1: readonly number[] = [
  0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
];
export const TTFT_V1: readonly number[] = [...TTFT_NIM1, 20, 40, 80, 160, 640, 2560];

export const TPOT_NIM1: readonly number[] = [0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5];
export const TPOT_V1: readonly number[] = [...TPOT_NIM1, 5, 7.5, 10, 20, 40, 80];

export const E2E_NIM1: readonly number[] = [1, 2.5, 5, 10, 15, 20, 30, 40, 50, 60];
export const E2E_V1: readonly number[] = [
  0.3, 0.5, 0.8, 1, 1.5, 2, 2.5, 5, 10, 15, 20, 30, 40, 50, 60, 120, 240, 480, 960, 1920, 7680,
];

/** Tokens per second of one request: vLLM's 1-2-5 list to 10,000, with the steps between in the range of today's models. */
export const TPS_V1: readonly number[] = [
  1, 2, 5, 10, 20, 30, 40, 50, 75, 100, 150, 200, 300, 500, 750, 1000, 2000, 5000, 10000,
];

/** Shares of a whole; the first bucket is none of it. */
export const RATIO: readonly number[] = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1];

/** Client durations of the GenAI conventions (genai main 6fd0d763, 2026-10-09), in seconds. */
export const GEN_AI_SECONDS: readonly number[] = [
  0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92,
];

/** Token counts of the GenAI conventions (same revision): powers of four. */
export const GEN_AI_TOKENS: readonly number[] = Array.from({ length: 14 }, (_, power) => 4 ** power);
