export { recordFirstAudio } from './audio';
export {
  E2E_NIM1,
  E2E_V1,
  GEN_AI_SECONDS,
  GEN_AI_TOKENS,
  TPOT_NIM1,
  TPOT_V1,
  TPS_V1,
  TTFT_NIM1,
  TTFT_V1,
} from './buckets';
export type { ReadCall, ReadLink } from './call-hooks';
export type * from './call-summary';
export { type CallContextOptions, callContext, type RouterDecision } from './caller-context';
export { bucketViews, type GenAiProfile, INSTRUMENTS, type Instrument, type InstrumentKind } from './catalogue';
export type { ContentMapping, ContentTools, KeptText, StreamFold } from './content/mapping';
export type * from './content/messages';
export type * from './content/options';
export type * from './descriptor';
export { type ClientWatch, isApiPromise, openLedger, type ResponseFollower, replaceMethod } from './extension';
export { quietly } from './guard';
export { type LateFold, type LateModule, lateFold } from './late';
export { createObserver, type Observe, type ObservedCall } from './observer';
export { type Moment, moment, type OpenCall, openCall } from './open-call';
export type { WrapOptions } from './options';
export { own, ownNumber, ownString } from './own';
export { type GpuPrice, perGpuHour } from './prices/per-gpu-hour';
export { perMillionTokens, type TokenPrices } from './prices/per-million-tokens';
export type * from './pricing';
export type { LlmMetricProducer, MetricProducerOptions } from './producer';
export { createMetricProducer, hasUnattachedProducer } from './producer';
export type * from './server/times';
export type * from './siblings';
export { preferMeterProvider, subscribeCalls, subscribeExemplars, wrappedClients } from './siblings';
export type * from './types';
export { CallFacts, NO_TOKEN, OUTPUT, REASONING } from './types';
export { CORE_VERSION, SCOPE_NAME } from './version';
export { parseURL, Watch } from './watch';
export { wrapClient } from './wrap';
