import type { Usage } from '@grump/llm-otel-core';

interface Counts {
  readonly prompt_tokens?: unknown;
  readonly completion_tokens?: unknown;
  readonly input_tokens?: unknown;
  readonly output_tokens?: unknown;
}

interface Parts {
  readonly prompt_tokens_details?: Details | null;
  readonly completion_tokens_details?: Details | null;
  readonly input_tokens_details?: Details | null;
  readonly output_tokens_details?: Details | null;
}

/** Usage as OpenAI's completions and Responses report it, and most servers after them. */
export interface ServerUsage extends Counts, Parts {
  readonly total_tokens?: unknown;
  /** DeepSeek. */
  readonly prompt_cache_hit_tokens?: unknown;
  /** SGLang, Moonshot: at the top level. */
  readonly reasoning_tokens?: unknown;
  readonly cached_tokens?: unknown;
  /** Groq: seconds. */
  readonly queue_time?: unknown;
  /** OpenRouter: US dollars. Perplexity: an object with the total. */
  readonly cost?: unknown;
  /** xAI: ten-billionths of a US dollar. */
  readonly cost_in_usd_ticks?: unknown;
}

interface Details {
  readonly cached_tokens?: unknown;
  readonly cache_write_tokens?: unknown;
  readonly reasoning_tokens?: unknown;
  readonly audio_tokens?: unknown;
}

const count = (value: unknown): number | undefined =>
  Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : undefined;

type Fields = readonly [input: keyof Counts, output: keyof Counts, details: keyof Parts, details: keyof Parts];
const CHAT: Fields = ['prompt_tokens', 'completion_tokens', 'prompt_tokens_details', 'completion_tokens_details'];
/** What Responses call the fields. */
export const RESPONSES: Fields = ['input_tokens', 'output_tokens', 'input_tokens_details', 'output_tokens_details'];

/** The counts of a usage object; `undefined` where it counts neither input nor output. */
export function readUsage(usage: ServerUsage, fields: Fields = CHAT): Usage | undefined {
  const input = count(usage[fields[0]]);
  const output = count(usage[fields[1]]);
  if (input === undefined && output === undefined) return undefined;
  const prompt = usage[fields[2]] ?? undefined;
  const completion = usage[fields[3]] ?? undefined;
  return {
    input,
    output,
    cacheRead: count(prompt?.cached_tokens) ?? count(usage.prompt_cache_hit_tokens) ?? count(usage.cached_tokens),
    cacheWrite: count(prompt?.cache_write_tokens),
    reasoning: count(completion?.reasoning_tokens) ?? count(usage.reasoning_tokens),
    audioInput: count(prompt?.audio_tokens),
    audioOutput: count(completion?.audio_tokens),
    unlisted: unlistedOf(usage, input, output),
  };
}

/** xAI and Gemini leave reasoning out of the completion's tokens, which they bill all the same, and not out of the total. */
function unlistedOf({ total_tokens: total }: ServerUsage, input = 0, output = 0): number | undefined {
  const unlisted = (count(total) ?? 0) - input - output;
  return unlisted > 0 ? unlisted : undefined;
}

/** llama.cpp's own counts, on the last chunk whether asked for or not. */
export interface Timings {
  readonly cache_n?: unknown;
  readonly prompt_n?: unknown;
  readonly predicted_n?: unknown;
}

/** The counts of llama.cpp's `timings`, whose `prompt_n` leaves out what came from the cache. */
export function usageOfTimings({ cache_n, prompt_n, predicted_n }: Timings): Usage {
  const cacheRead = count(cache_n);
  const read = count(prompt_n);
  return { input: read === undefined ? undefined : read + (cacheRead ?? 0), output: count(predicted_n), cacheRead };
}

const TICKS_PER_USD = 1e10;

/** The server's own figure in US dollars, where it sends one. */
export function readCost({ cost, cost_in_usd_ticks: ticks }: ServerUsage): number | undefined {
  const inTicks = count(ticks);
  if (inTicks !== undefined) return inTicks / TICKS_PER_USD;
  const total = typeof cost === 'object' && cost !== null ? (cost as { total_cost?: unknown }).total_cost : cost;
  return typeof total === 'number' && Number.isFinite(total) && total >= 0 ? total : undefined;
}
