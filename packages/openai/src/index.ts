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
export { wrapNIM, wrapOpenAI } from './wrap-openai';
