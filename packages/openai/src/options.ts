import type { WrapOptions } from '@grump/llm-otel-core';

/** Options of `wrapOpenAI`, `wrapNIM`, `wrapRealtime` and `wrapResponsesWS`. */
export interface WrapOpenAIOptions extends WrapOptions {
  /**
   * Asks the server for usage on streams that leave it open (`stream_options.include_usage`), and keeps the chunk that this
   * adds from the caller. Servers that are known to reject the question, or to answer it unasked, are not asked.
   * Default `false`. Nothing to sessions.
   */
  readonly includeUsage?: boolean;
}
