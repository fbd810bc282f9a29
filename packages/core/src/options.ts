import type { MeterProvider, TracerProvider } from '@opentelemetry/api';
import type { OnCall } from './call-summary';
import type { GenAiProfile } from './catalogue';
import type { ContentMode, ContentOptions, EventLoggerProvider } from './content/options';
import type { Pricing } from './pricing';

/** Options that every `wrap…` function takes. */
export interface WrapOptions {
  /** The `provider` label, for servers that cannot be told by their URL: `nvidia-nim` for a NIM container. Default: from the base URL. */
  readonly provider?: string;
  /**
   * Models that have a `model` label of their own: names in full, or their beginning and `*`. All others are `other`; spans
   * keep the full name. Default: any, up to the caps.
   */
  readonly models?: readonly string[];
  /** Where metrics go. Default: the global meter provider, looked up at each call, so that `register()` may come later. */
  readonly meterProvider?: MeterProvider;
  /** Where spans go. Default: the global tracer provider. */
  readonly tracerProvider?: TracerProvider;
  /** Where content events go. Default: the global logger provider, which `@opentelemetry/api` has since 1.10. */
  readonly loggerProvider?: EventLoggerProvider;
  /** GenAI names that go out beside the `llm` ones. Default `latest`. */
  readonly genAi?: GenAiProfile;
  /**
   * Prices a call, in US dollars, where neither the server nor the price table (`@pydantic/genai-prices`, if installed)
   * does: `perMillionTokens()`, `perGpuHour()` or a function. Default: none, and calls with usage that nobody prices are
   * counted in `llm_unpriced_requests_total`.
   */
  readonly pricing?: Pricing;
  /**
   * Is told of each call when it is over: timings, tokens, cost, outcome and ids, with or without OpenTelemetry. Default: none.
   */
  readonly onCall?: OnCall;
  /**
   * Whether prompts and answers are recorded, and how. Default: the variable
   * `OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT`, else `off`.
   */
  readonly content?: ContentMode | ContentOptions;
  /**
   * Estimates the tokens of calls whose server told no usage, some time after they ended, with `gpt-tokenizer`, which must
   * be installed. They count in `llm_tokens_total{source="estimated"}`, and nowhere else. Default `false`.
   */
  readonly estimateTokens?: boolean;
  /**
   * Tokens that a model's context window holds, for `llm_context_utilization_ratio`. A function is called once per call;
   * `undefined` where it knows none. Default: none.
   */
  readonly contextWindow?: number | ((model: string) => number | undefined);
  /** A stream that its consumer has not touched for this long is counted as `abandoned`. Default 600,000 (10 minutes). */
  readonly streamIdleTimeoutMillis?: number;
  /** Whoever wraps the client after this has its options count in place of these. For wraps without the application's doing. Default `false`. */
  readonly yields?: boolean;
}
