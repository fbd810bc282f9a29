import type { ResponseHeaders } from '../types';

/** What a server told of its work on one call. */
export interface ServerTimes {
  readonly queueSeconds?: number | undefined;
  /** Reading the prompt. */
  readonly prefillSeconds?: number | undefined;
  /** Writing the answer. */
  readonly decodeSeconds?: number | undefined;
  /** Tokens that a draft model proposed, and those of them that were kept. */
  readonly draftTokens?: number | undefined;
  readonly acceptedTokens?: number | undefined;
}

/** Reads what a server told in a chunk or result, where the descriptor kept one as `facts.server`, and in headers. */
export interface ServerReader {
  serverTimes(told: unknown, headers: ResponseHeaders | undefined): ServerTimes;
}
