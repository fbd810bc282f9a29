import type { WrapOptions } from '@grump/llm-otel-core';

/** Options of `wrapOpenAI` and `wrapRealtime`. */
export interface WrapOpenAIOptions extends WrapOptions {}
