import {
  JsonMetricsSerializer,
  JsonTraceSerializer,
  ProtobufMetricsSerializer,
  ProtobufTraceSerializer,
} from '@opentelemetry/otlp-transformer';
import type { Resource } from '@opentelemetry/resources';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { TracerProvider } from '@opentelemetry/sdk-trace';
import type { DeliveryLog } from '../deliveries';
import { FlushReader } from './flush-reader';
import type { EdgeOptions } from './options';
import { Sender } from './sender';
import type { EdgeSettings } from './settings';
import { SpanQueue } from './span-queue';

const TRACES = { 'http/json': JsonTraceSerializer, 'http/protobuf': ProtobufTraceSerializer };
const METRICS = { 'http/json': JsonMetricsSerializer, 'http/protobuf': ProtobufMetricsSerializer };

export interface Traces {
  readonly provider: TracerProvider;
  readonly queue: SpanQueue | undefined;
  readonly log: DeliveryLog | undefined;
}

/** `undefined` where spans would go nowhere. */
export function createTraces(options: EdgeOptions, settings: EdgeSettings, resource: Resource): Traces | undefined {
  const { traces, sampler, spanLimits, batch } = settings;
  const theirs = options.spanProcessors ?? [];
  if (options.traces === false || (traces === undefined && theirs.length === 0)) return undefined;
  const sender = traces && new Sender('TRACES', traces, TRACES);
  const queue = sender && new SpanQueue(sender, batch);
  const spanProcessors = queue === undefined ? theirs : [...theirs, queue];
  const provider = new TracerProvider({ resource, sampler, spanLimits, spanProcessors: [...spanProcessors] });
  return { provider, queue, log: sender?.log };
}

export interface Metrics {
  readonly provider: MeterProvider;
  readonly reader: FlushReader;
  readonly log: DeliveryLog;
}

/** `undefined` where metrics would go nowhere. */
export function createMetrics(options: EdgeOptions, settings: EdgeSettings, resource: Resource): Metrics | undefined {
  const { metrics, temporality } = settings;
  if (metrics === undefined) return undefined;
  const sender = new Sender('METRICS', metrics, METRICS);
  const reader = new FlushReader(sender, temporality);
  const { views = [] } = options;
  const provider = new MeterProvider({ resource, readers: [reader], views: [...views] });
  reader.serve(provider, views.length > 0);
  return { provider, reader, log: sender.log };
}
