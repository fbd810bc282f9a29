export { PrometheusBridge, type PrometheusBridgeOptions } from './bridge';
export type { FetchHandler, NodeHandler, NodeRequest, NodeResponse } from './handlers';
export { labelName, type MetricKind, metricName } from './naming';
export type { ListenOptions, MetricsServer } from './server';
