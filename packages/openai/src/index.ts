import { wrapClient } from '@grump/llm-otel-core';
import { openai } from './descriptor';
import type { WrapOpenAIOptions } from './options';

export {
  type CallContextOptions,
  type CallSummary,
  callContext,
  type GpuPrice,
  type PricedCall,
  type Pricing,
  perGpuHour,
  perMillionTokens,
  type RouterDecision,
  type TokenPrices,
} from '@grump/llm-otel-core';

export type { WrapOpenAIOptions } from './options';
export { wrapRealtime } from './realtime';
export { wrapResponsesWS } from './websocket';

/**
 * Watches an OpenAI client, in place: every call is measured, and the caller sees exactly what it saw before.
 * Wrapping twice is a no-op; `withOptions()` copies are watched too.
 *
 * @returns the very same client
 */
export function wrapOpenAI<Client extends object>(client: Client, options?: WrapOpenAIOptions): Client {
  if (typeof client !== 'object' || client === null) {
    throw new TypeError('wrapOpenAI needs an OpenAI client; pass the object that `new OpenAI()` gives');
  }
  return wrapClient(client, openai, options);
}
