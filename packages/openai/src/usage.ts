import type { Usage } from '@grump/llm-otel-core';

/** Usage as OpenAI's chat completions report it, and most servers after them. */
export interface ChatUsage {
  readonly prompt_tokens?: unknown;
  readonly completion_tokens?: unknown;
  readonly total_tokens?: unknown;
  readonly prompt_tokens_details?: Details | null;
  readonly completion_tokens_details?: Details | null;
  /** DeepSeek. */
  readonly prompt_cache_hit_tokens?: unknown;
  /** SGLang, Moonshot: at the top level. */
  readonly reasoning_tokens?: unknown;
  readonly cached_tokens?: unknown;
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

/** The counts of a usage object; `undefined` where it counts neither input nor output. */
export function readUsage(usage: ChatUsage): Usage | undefined {
  const input = count(usage.prompt_tokens);
  const output = count(usage.completion_tokens);
  if (input === undefined && output === undefined) return undefined;
  const prompt = usage.prompt_tokens_details ?? undefined;
  const completion = usage.completion_tokens_details ?? undefined;
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
function unlistedOf({ total_tokens: total }: ChatUsage, input = 0, output = 0): number | undefined {
  const unlisted = (count(total) ?? 0) - input - output;
  return unlisted > 0 ? unlisted : undefined;
}

const TICKS_PER_USD = 1e10;

/** The server's own figure in US dollars, where it sends one. */
export function readCost({ cost, cost_in_usd_ticks: ticks }: ChatUsage): number | undefined {
  const inTicks = count(ticks);
  if (inTicks !== undefined) return inTicks / TICKS_PER_USD;
  const total = typeof cost === 'object' && cost !== null ? (cost as { total_cost?: unknown }).total_cost : cost;
  return typeof total === 'number' && Number.isFinite(total) && total >= 0 ? total : undefined;
}
