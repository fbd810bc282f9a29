export {
  type CallContextOptions,
  type CallSummary,
  callContext,
  type PricedCall,
  type Pricing,
  perMillionTokens,
  type RouterDecision,
  type TokenPrices,
} from '@grump/llm-otel-core';
export type { SpanMode, WrapAnthropicOptions } from './options';
export { wrapAnthropic } from './wrap-anthropic';
