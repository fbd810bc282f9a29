import type { LogRecordProcessor } from '@opentelemetry/sdk-logs';
import type { IMetricReader, ViewOptions } from '@opentelemetry/sdk-metrics';
import type { Sampler, SpanProcessor } from '@opentelemetry/sdk-trace';
import type { AutoWrapOptions } from './auto/watch-imports';
import type { QuotaOptions } from './quota/options';
import type { DetectorName, LoggerName, OtlpProtocol, PropagatorName } from './rules';
import type { TailSamplerOptions } from './sampling/options';

/** Where and how OTLP goes out, for all signals alike. */
export interface OtlpOptions {
  /** Base URL; over HTTP `/v1/traces` and its like are added. Default `http://localhost:4318`, or port 4317 for `grpc`. */
  readonly endpoint?: string | undefined;
  /** `grpc` needs `@opentelemetry/exporter-{trace,metrics,logs}-otlp-grpc` beside this package. Default `http/protobuf`. */
  readonly protocol?: OtlpProtocol | undefined;
  /** Sent with every request, beside those of `OTEL_EXPORTER_OTLP_HEADERS`. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Default `none`. */
  readonly compression?: 'gzip' | 'none' | undefined;
  /** Milliseconds between two exports of metrics. Default 60000. */
  readonly metricIntervalMillis?: number | undefined;
  /** Milliseconds that one export, retries included, may take. Default 10000. */
  readonly timeoutMillis?: number | undefined;
}

/** Where `/metrics` is served. */
export interface PrometheusOptions {
  /** Default `localhost`. */
  readonly host?: string | undefined;
  /** 0 takes a free port. Default 9464. */
  readonly port?: number | undefined;
  /** Default `/metrics`. */
  readonly path?: string | undefined;
  /** Where the state of all this is told as JSON, with status 503 while something is amiss. Default `/healthz`. */
  readonly healthPath?: string | undefined;
  /** `false` opens no port: mount `metricsHandler` or `metricsFetch` in a server of your own. Default `true`. */
  readonly listen?: boolean | undefined;
}

/** What `register()` sets up. An option wins over its `OTEL_*` variable, the variable over the default. */
export interface RegisterOptions {
  /** `service.name` of everything that is sent. Default `unknown_service:` and the program. */
  readonly serviceName?: string | undefined;
  /** Further attributes of the resource, such as `deployment.environment.name`. */
  readonly resourceAttributes?: Readonly<Record<string, string | number | boolean>> | undefined;
  /** What is found out about the process and put in the resource. Default: all of them. */
  readonly resourceDetectors?: readonly DetectorName[] | undefined;
  /** Headers that carry the trace from service to service. Default `tracecontext` and `baggage`; `b3` needs its package. */
  readonly propagators?: readonly PropagatorName[] | undefined;
  /** `true` or settings turn OTLP on, `false` off. Default: on where the environment names an endpoint. */
  readonly otlp?: boolean | OtlpOptions | undefined;
  /** `true` or settings turn `/metrics` on, `false` off. Default: on, unless `OTEL_METRICS_EXPORTER` leaves it out. */
  readonly prometheus?: boolean | PrometheusOptions | undefined;
  /** Span processors of your own, ahead of ours. */
  readonly spanProcessors?: readonly SpanProcessor[] | undefined;
  /** Log record processors of your own, ahead of ours. */
  readonly logRecordProcessors?: readonly LogRecordProcessor[] | undefined;
  /** Metric readers of your own, beside ours. */
  readonly metricReaders?: readonly IMetricReader[] | undefined;
  /** Views of the meter provider. */
  readonly views?: readonly ViewOptions[] | undefined;
  /** Default: every trace, or the caller's decision where there is one. */
  readonly sampler?: Sampler | undefined;
  /** Decides at the end of each call whether its span is sent. Default: all spans that `sampler` lets through are. */
  readonly tailSampler?: TailSamplerOptions | undefined;
  /** Limits of what calls use, watched or held, until `shutdown()`. Default: none. */
  readonly quota?: QuotaOptions | undefined;
  /** `false` leaves tracing alone; `true` sets it up even with nowhere to send spans to. */
  readonly traces?: boolean | undefined;
  /** `false` leaves metrics alone. */
  readonly metrics?: boolean | undefined;
  /** `false` leaves logs alone; `true` sets them up even with nowhere to send records to. */
  readonly logs?: boolean | undefined;
  /**
   * Loggers whose lines get `trace_id` and `span_id`, by OpenTelemetry's own instrumentations, which have to be installed.
   * Default: those in `OTEL_NODE_ENABLED_INSTRUMENTATIONS`, else none.
   */
  readonly loggers?: readonly LoggerName[] | undefined;
  /** Whether what waits is sent when the process runs out of work or gets SIGTERM. Default `true`. */
  readonly flushAtExit?: boolean | undefined;
  /** Milliseconds by which that may delay the end. Default 5000. */
  readonly exitTimeoutMillis?: number | undefined;
  /** Minutes after which a warning says that no call was seen or nothing was delivered; 0 for none. Default 5. */
  readonly warnAfterMinutes?: number | undefined;
  /**
   * Wraps the clients of packages that are loaded after this call as they are made; settings are the options of the wrap by
   * package, such as `{ openai: { provider: 'nvidia-nim' } }`. Default `false`; `true` in `@grump/llm-otel-sdk/register`.
   */
  readonly autoWrap?: boolean | AutoWrapOptions | undefined;
  /** `true`, or the options of its `startGpuMeter()`, measures GPUs with `@grump/llm-otel-gpu`, to be installed beside this. */
  readonly gpu?: boolean | object | undefined;
}
