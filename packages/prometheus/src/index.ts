export type { ScrapeAuth } from './auth';
export { PrometheusBridge } from './bridge';
export type { Collection } from './collection';
export type { ExemplarOptions } from './exemplar-store';
export type {
  Exemplar,
  FamilyProducer,
  FamilySnapshot,
  FamilyType,
  Point,
  SeriesSnapshot,
  SeriesValue,
  Summary,
} from './family';
export type {
  FastifyHandler,
  FetchHandler,
  HonoHandler,
  KoaHandler,
  NodeHandler,
  NodeRequest,
} from './handlers';
export { labelName, type MetricKind, metricName, type TranslationStrategy } from './naming';
export type { PrometheusBridgeOptions } from './options';
export type { CollectIntoOptions, Collecting } from './prom-client/collect-into';
export type { PromClientRegistry } from './prom-client/registry';
export type { ListenOptions, MetricsServer } from './server';
export type { ScrapeStats } from './stats';
export type { NodeResponse } from './write-answer';
