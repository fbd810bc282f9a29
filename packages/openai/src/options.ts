import type { WrapOptions } from '@grump/llm-otel-core';

/** Options of `wrapOpenAI`, `wrapRealtime` and `wrapResponsesWS`. */
export interface WrapOpenAIOptions extends WrapOptions {}
