import type { WrapOptions } from '@grump/llm-otel-core';

/** Options of `wrapOpenAI` and `wrapResponsesWS`. */
export interface WrapOpenAIOptions extends WrapOptions {}
