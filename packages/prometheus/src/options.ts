import type { MetricProducer } from '@opentelemetry/sdk-metrics';
import type { ScrapeAuth } from './auth';
import type { ExemplarOptions } from './exemplar-store';
import type { FamilyProducer } from './family';
import type { TranslationStrategy } from './naming';

export interface PrometheusBridgeOptions {
  /** Further sources of metrics. The one that `@grump/llm-otel-core` needs is there by itself. */
  readonly metricProducers?: readonly MetricProducer[];
  /** Histograms that come straight from `@grump/llm-otel-core`: see its `createMetricProducer`. Default `per-chunk`. */
  readonly instruments?: 'per-chunk' | 'all' | undefined;
  /** Families that were never OpenTelemetry's, printed beside the rest. Default none. */
  readonly familyProducers?: readonly FamilyProducer[];
  /** How metrics and attributes become names. Default `UnderscoreEscapingWithSuffixes`. */
  readonly translationStrategy?: TranslationStrategy | undefined;
  /** Whether the page has `target_info`, with the resource's attributes as labels. Default true. */
  readonly targetInfo?: boolean;
  /** Keys of attributes of the resource that every series carries as labels. Default none. */
  readonly resourceLabels?: readonly string[];
  /**
   * Whether every series carries `otel_scope_name`, `otel_scope_version` and `otel_scope_schema_url`. Default false,
   * against the OpenTelemetry specification, so that series have the labels of the catalogue and no others; same-named
   * metrics of several scopes are then one family.
   */
  readonly withScopeInfo?: boolean;
  /** Exemplars of sampled calls on buckets and counters, in OpenMetrics and protobuf. `false`: none. Default on. */
  readonly exemplars?: boolean | ExemplarOptions;
  /** Whether the page tells of the page before: `prometheus_bridge_*`. Default false. */
  readonly selfMetrics?: boolean;
  /** What a scrape must say to be answered. Default nothing. */
  readonly auth?: ScrapeAuth | undefined;
  /**
   * How long a scrape may take, in milliseconds; a scraper that says how long it waits may shorten it. Default: nine
   * tenths of what the scraper says, or 5000 if it says nothing.
   */
  readonly timeoutMillis?: number | undefined;
}
