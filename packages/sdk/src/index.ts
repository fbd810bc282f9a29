export type { FetchHandler, NodeHandler } from '@grump/llm-otel-prometheus';
export type { AutoWrapOptions } from './auto/watch-imports';
export type { OtlpOptions, PrometheusOptions, RegisterOptions } from './options';
export { register } from './register';
export type { DeadlineOptions, Registration } from './registration';
export type { OtlpProtocol } from './rules';
export type { TailSamplerOptions } from './sampling/options';
export { tailSampler } from './sampling/tail-sampler';
