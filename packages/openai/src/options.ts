import type { WrapOptions } from '@grump/llm-otel-core';

/** Options of `wrapOpenAI` and `wrapRealtime`. */
export interface WrapOpenAIOptions extends WrapOptions {
  /**
   * Asks the server for usage on streams that leave it open (`stream_options.include_usage`), and keeps the chunk that this
   * adds from the caller. Servers that are known to reject the question, or to answer it unasked, are not asked.
   * Default `false`. Nothing to a realtime session.
   */
  readonly includeUsage?: boolean;
}
