import { E2E_V1, GEN_AI_SECONDS, GEN_AI_TOKENS, RATIO, TPOT_V1, TPS_V1, TTFT_V1 } from './buckets';

/** How an instrument aggregates. `updowncounter` and `gauge` go up and down; the first is a sum, the second a last value. */
export type InstrumentKind = 'histogram' | 'counter' | 'updowncounter' | 'gauge';

/** Which GenAI names go out: `latest` (`gen_ai.client.inference.*`), `v1.41` (`gen_ai.client.operation.*`), both or none. */
export type GenAiProfile = 'latest' | 'v1.41' | 'both' | 'off';

/** One row of the catalogue. */
export interface Instrument {
  readonly name: string;
  readonly kind: InstrumentKind;
  /** UCUM unit, as the OpenTelemetry API takes it. */
  readonly unit: string;
  readonly description: string;
  /** Explicit bucket boundaries; histograms only. */
  readonly buckets?: readonly number[];
  /** Attribute keys. Those after `model` are present where they apply. */
  readonly attributes: readonly string[];
  /** Profiles that have it; absent on the `llm` vocabulary. */
  readonly profiles?: readonly ('latest' | 'v1.41')[];
  /** Recorded once per chunk: aggregated in core and handed out by the metric producer. */
  readonly perChunk?: true;
}

const LABELS = ['provider', 'model'];
const CALL = [...LABELS, 'operation'];
const ENDED = [...CALL, 'outcome'];
const GEN_AI = [
  'gen_ai.operation.name',
  'gen_ai.provider.name',
  'gen_ai.request.model',
  'gen_ai.response.model',
  'server.address',
  'server.port',
];
const LATEST = ['latest'] as const;
const V1_41 = ['v1.41'] as const;
const BOTH = ['latest', 'v1.41'] as const;

const llmHistogram = (
  name: string,
  unit: string,
  buckets: readonly number[],
  attributes: string[],
  description: string,
) => ({ name, kind: 'histogram', unit, buckets, attributes, description }) as const;

const llmSum = (
  name: string,
  kind: 'counter' | 'updowncounter' | 'gauge',
  unit: string,
  attributes: string[],
  description: string,
) => ({ name, kind, unit, attributes, description }) as const;

const genAiSeconds = (name: string, profiles: Instrument['profiles'], attributes: string[], description: string) =>
  ({ name, kind: 'histogram', unit: 's', buckets: GEN_AI_SECONDS, attributes, profiles, description }) as const;

const genAiTokens = (name: string, profiles: Instrument['profiles'], attributes: string[], description: string) =>
  ({ name, kind: 'histogram', unit: '{token}', buckets: GEN_AI_TOKENS, attributes, profiles, description }) as const;

const genAiUsage = (part: string, description: string) =>
  ({
    name: `gen_ai.client.inference.usage.${part}`,
    kind: 'counter',
    unit: '{token}',
    attributes: [...GEN_AI, 'gen_ai.token.modality'],
    profiles: LATEST,
    description,
  }) as const;

/** The catalogue: every instrument there is. Instruments, views, docs and tests are made from it. */
export const CATALOGUE = {
  timeToFirstToken: llmHistogram(
    'llm_time_to_first_token_seconds',
    's',
    TTFT_V1,
    CALL,
    'Time from issuing the request to the first token, reasoning included',
  ),
  timeToFirstOutputToken: llmHistogram(
    'llm_time_to_first_output_token_seconds',
    's',
    TTFT_V1,
    CALL,
    'Time from issuing the request to the first token that is not reasoning',
  ),
  timeToFirstAudio: llmHistogram(
    'llm_time_to_first_audio_seconds',
    's',
    TTFT_V1,
    CALL,
    'Time from issuing the request to the first audio',
  ),
  interTokenLatency: {
    ...llmHistogram(
      'llm_inter_token_latency_seconds',
      's',
      TPOT_V1,
      CALL,
      'Time between consecutive content chunks of a stream, without the time that the consumer took',
    ),
    perChunk: true,
  },
  timePerOutputToken: llmHistogram(
    'llm_time_per_output_token_seconds',
    's',
    TPOT_V1,
    CALL,
    'Per request: (last token - first token) / (output tokens - 1)',
  ),
  tokensPerSecond: llmHistogram(
    'llm_tokens_per_second',
    '{token/s}',
    TPS_V1,
    CALL,
    'Per request: (output tokens - 1) / (last token - first token)',
  ),
  streamDuration: llmHistogram(
    'llm_stream_duration_seconds',
    's',
    E2E_V1,
    ENDED,
    'Time from issuing the request to the end of the stream, streams only',
  ),
  requestDuration: llmHistogram(
    'llm_request_duration_seconds',
    's',
    E2E_V1,
    ENDED,
    'Time from issuing the request to its result or the end of its stream',
  ),
  requests: llmSum('llm_requests_total', 'counter', '{request}', [...ENDED, 'error_type'], 'Finished requests'),
  requestsInFlight: llmSum('llm_requests_in_flight', 'updowncounter', '{request}', CALL, 'Requests in flight'),
  tokens: llmSum(
    'llm_tokens_total',
    'counter',
    '{token}',
    [...LABELS, 'type', 'source'],
    "Tokens as the server counted them (source=estimated: we did); the sum over type (input, output) is the bill's token count",
  ),
  tokenDetails: llmSum(
    'llm_token_details_total',
    'counter',
    '{token}',
    [...LABELS, 'type'],
    'Parts of llm_tokens_total (cache_read, cache_write, reasoning, {audio,image,batch}_{input,output}); never add them to it',
  ),
  serverTools: llmSum(
    'llm_server_tools_total',
    'counter',
    '{call}',
    [...LABELS, 'tool'],
    'Calls of tools that the provider ran',
  ),
  usageMissing: llmSum(
    'llm_usage_missing_total',
    'counter',
    '{request}',
    CALL,
    'Finished requests for which the server reported no usage',
  ),
  cost: llmSum('llm_cost_total', 'counter', '{USD}', [...LABELS, 'source'], 'Cost in US dollars'),
  unpricedRequests: llmSum(
    'llm_unpriced_requests_total',
    'counter',
    '{request}',
    LABELS,
    'Requests whose model no price is known for',
  ),
  rateLimitRemaining: llmSum(
    'llm_rate_limit_remaining',
    'gauge',
    '',
    [...LABELS, 'kind'],
    'What the server last said is left of the rate limit (kind: requests, tokens)',
  ),
  retries: llmSum(
    'llm_retries_total',
    'counter',
    '{request}',
    [...LABELS, 'error_type'],
    'Requests sent again inside a call, by what was wrong with the one before',
  ),
  serverQueue: llmHistogram('llm_server_queue_seconds', 's', TTFT_V1, CALL, 'Time in the queue, as the server told it'),
  serverPrefill: llmHistogram(
    'llm_server_prefill_seconds',
    's',
    TTFT_V1,
    CALL,
    'Time to read the prompt, as the server told it',
  ),
  serverDecode: llmHistogram(
    'llm_server_decode_seconds',
    's',
    TTFT_V1,
    CALL,
    'Time to write the answer, as the server told it',
  ),
  contextUtilization: llmHistogram(
    'llm_context_utilization_ratio',
    '1',
    RATIO,
    CALL,
    'Input and output tokens / context window',
  ),
  cacheHit: llmHistogram('llm_cache_hit_ratio', '1', RATIO, CALL, 'Cached input tokens / input tokens'),
  draftAcceptance: llmHistogram('llm_draft_acceptance_ratio', '1', RATIO, CALL, 'Accepted draft tokens / draft tokens'),
  audioSeconds: llmSum('llm_audio_seconds_total', 'counter', 's', LABELS, 'Audio that was billed by its time'),
  trainingLoss: llmSum('training_loss', 'gauge', '', LABELS, 'Training loss at the last step of a fine-tuning job'),
  trainingStep: llmSum('training_step', 'gauge', '', LABELS, 'Last step of a fine-tuning job'),
  trainingLearningRate: llmSum('training_learning_rate', 'gauge', '', LABELS, 'Learning rate of a fine-tuning job'),
  routerDecisions: llmSum(
    'llm_router_decisions_total',
    'counter',
    '{decision}',
    ['from', 'to', 'reason'],
    'Decisions of a router for which a call was made',
  ),
  inferenceDuration: genAiSeconds(
    'gen_ai.client.inference.duration',
    LATEST,
    [...GEN_AI, 'error.type'],
    'GenAI client inference operation duration.',
  ),
  inferenceTimeToFirstChunk: genAiSeconds(
    'gen_ai.client.inference.time_to_first_chunk',
    LATEST,
    GEN_AI,
    'Time to receive the first chunk in a streaming GenAI client inference operation.',
  ),
  inferenceTimePerOutputChunk: {
    ...genAiSeconds(
      'gen_ai.client.inference.time_per_output_chunk',
      LATEST,
      GEN_AI,
      'Time elapsed between streamed GenAI client inference response chunks.',
    ),
    perChunk: true,
  },
  inferenceInputTokens: genAiTokens(
    'gen_ai.client.inference.operation.input_tokens',
    LATEST,
    GEN_AI,
    'The number of input (prompt) tokens used per inference operation.',
  ),
  inferenceOutputTokens: genAiTokens(
    'gen_ai.client.inference.operation.output_tokens',
    LATEST,
    GEN_AI,
    'The number of output (completion) tokens used per inference operation.',
  ),
  usageInputTokens: genAiUsage('input_tokens', 'Input tokens used, cached ones included.'),
  usageOutputTokens: genAiUsage('output_tokens', 'Output tokens used, reasoning included.'),
  usageCacheRead: genAiUsage('cache_read.input_tokens', 'Input tokens served from a provider-managed cache.'),
  usageCacheWrite: genAiUsage('cache_write.input_tokens', 'Input tokens written to a provider-managed cache.'),
  usageReasoning: genAiUsage('reasoning.output_tokens', 'Output tokens used for reasoning.'),
  operationDuration: genAiSeconds(
    'gen_ai.client.operation.duration',
    BOTH,
    [...GEN_AI, 'error.type'],
    'GenAI operation duration.',
  ),
  operationTimeToFirstChunk: genAiSeconds(
    'gen_ai.client.operation.time_to_first_chunk',
    V1_41,
    GEN_AI,
    'Time to receive the first chunk in a streaming operation.',
  ),
  operationTimePerOutputChunk: {
    ...genAiSeconds(
      'gen_ai.client.operation.time_per_output_chunk',
      V1_41,
      GEN_AI,
      'Time per output chunk in a streaming operation.',
    ),
    perChunk: true,
  },
  tokenUsage: genAiTokens(
    'gen_ai.client.token.usage',
    V1_41,
    [...GEN_AI, 'gen_ai.token.type'],
    'Number of input and output tokens used.',
  ),
} satisfies Record<string, Instrument>;

/** Names a row of {@link CATALOGUE}. */
export type InstrumentKey = keyof typeof CATALOGUE;

/** The catalogue as a list, in the order of the table. */
export const INSTRUMENTS: readonly Instrument[] = Object.values(CATALOGUE);

/**
 * The catalogue's bucket lists as plain view objects for the `views` of a `MeterProvider`.
 * Only for set-ups that override advice; instruments carry the same lists as advice already.
 */
export function bucketViews(): {
  instrumentName: string;
  aggregation: { type: number; options: { boundaries: number[] } };
}[] {
  const EXPLICIT_BUCKET_HISTOGRAM = 4;
  return INSTRUMENTS.flatMap(({ name, buckets }) =>
    buckets === undefined
      ? []
      : [
          {
            instrumentName: name,
            aggregation: { type: EXPLICIT_BUCKET_HISTOGRAM, options: { boundaries: [...buckets] } },
          },
        ],
  );
}
