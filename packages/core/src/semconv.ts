// Names of the GenAI conventions, copied since @opentelemetry/semantic-conventions only has them as deprecated ("moved").
// Source: open-telemetry/semantic-conventions-genai, main 6fd0d763 (2026-10-09).
export const SCHEMA_URL = 'https://opentelemetry.io/schemas/gen-ai-dev/1.42.0-dev';

export const ATTR_OPERATION_NAME = 'gen_ai.operation.name';
export const ATTR_PROVIDER_NAME = 'gen_ai.provider.name';
export const ATTR_REQUEST_MODEL = 'gen_ai.request.model';
export const ATTR_RESPONSE_ID = 'gen_ai.response.id';
export const ATTR_RESPONSE_MODEL = 'gen_ai.response.model';
export const ATTR_RESPONSE_FINISH_REASONS = 'gen_ai.response.finish_reasons';
export const ATTR_RESPONSE_STATUS = 'gen_ai.response.status';
export const ATTR_RESPONSE_TIME_TO_FIRST_CHUNK = 'gen_ai.response.time_to_first_chunk';
export const ATTR_TOKEN_MODALITY = 'gen_ai.token.modality';
export const ATTR_USAGE_INPUT_TOKENS = 'gen_ai.usage.input_tokens';
export const ATTR_USAGE_OUTPUT_TOKENS = 'gen_ai.usage.output_tokens';
export const ATTR_USAGE_CACHE_READ = 'gen_ai.usage.cache_read.input_tokens';
export const ATTR_USAGE_CACHE_WRITE = 'gen_ai.usage.cache_write.input_tokens';
/** v1.41's name of {@link ATTR_USAGE_CACHE_WRITE}. */
export const ATTR_USAGE_CACHE_CREATION = 'gen_ai.usage.cache_creation.input_tokens';
export const ATTR_USAGE_REASONING = 'gen_ai.usage.reasoning.output_tokens';
export const ATTR_OPENAI_RESPONSE_SERVICE_TIER = 'openai.response.service_tier';
export const ATTR_OPENAI_SYSTEM_FINGERPRINT = 'openai.response.system_fingerprint';

/** Span attributes that v1.41 has no name for. */
export const LATEST_ONLY: ReadonlySet<string> = new Set([
  'gen_ai.request.reasoning.level',
  'gen_ai.request.previous_response.id',
  'gen_ai.request.stream_cursor',
  'gen_ai.prompt.name',
  'gen_ai.prompt.version',
]);

// Stable names of the core conventions.
export const ATTR_ERROR_TYPE = 'error.type';
export const ATTR_SERVER_ADDRESS = 'server.address';
export const ATTR_SERVER_PORT = 'server.port';
export const RESPONSE_HEADER = 'http.response.header.';

// Ours: what no convention has a name for.
export const ATTR_OUTCOME = 'llm.outcome';
export const ATTR_MAX_GAP = 'llm.stream.max_gap';
export const ATTR_FIRST_TOKEN = 'llm.stream.first_token';
export const ATTR_TOOL_CALLS = 'llm.tool_calls';
