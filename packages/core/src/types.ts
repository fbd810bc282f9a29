import type { Attributes } from '@opentelemetry/api';

/** How a call ended, exactly one per call. */
export type Outcome = 'ok' | 'error' | 'cancelled' | 'aborted' | 'truncated' | 'abandoned';

/** What one chunk of a stream brought: nothing that counts as a token, reasoning, or output. */
export type ChunkKind = 0 | 1 | 2;
export const NO_TOKEN = 0;
export const REASONING = 1;
export const OUTPUT = 2;

/** Tokens as the server reported them. `input` includes cached tokens, `output` includes reasoning. */
export interface Usage {
  input?: number | undefined;
  output?: number | undefined;
  cacheRead?: number | undefined;
  cacheWrite?: number | undefined;
  /** Of `cacheWrite`, what is kept for an hour, which has a price of its own. */
  cacheWrite1h?: number | undefined;
  reasoning?: number | undefined;
  audioInput?: number | undefined;
  audioOutput?: number | undefined;
  imageInput?: number | undefined;
  imageOutput?: number | undefined;
  /** Seconds of audio, where the service bills time in place of tokens. */
  audioSeconds?: number | undefined;
  /** Calls of tools that the server ran, by tool: `web_search`. One of few. */
  serverTools?: Readonly<Record<string, number>> | undefined;
  /** Output that is billed though `output` leaves it out, as some servers do with reasoning. */
  unlisted?: number | undefined;
}

/** What a server said of an error in a frame or result that the SDK takes for an answer. */
export interface Failure {
  /** `error.type`: a status, else the class that the SDK has for it. */
  readonly type: string;
  readonly message: unknown;
}

/** Where a cost comes from: the server's own figure, the price table or the user's function. */
export type CostSource = 'provider' | 'table' | 'user';

/** What a call cost, in US dollars. */
export interface Cost {
  readonly usd: number;
  readonly source: CostSource;
}

const NO_REASONS: readonly string[] = Object.freeze([]);
/** One choice, under way, as nearly all streams have it. */
const ONE_OPEN: readonly string[] = Object.freeze(['']);

/**
 * What a descriptor learns about a call from its chunks or its result. Plain data, filled in place; what few answers have,
 * the others have no field for.
 */
export class CallFacts {
  responseId: string | undefined = undefined;
  responseModel: string | undefined = undefined;
  /** By choice index; a choice without a reason yet is `''`. */
  finishReasons: readonly string[] = NO_REASONS;
  usage: Usage | undefined = undefined;
  /** The server's own figure, in US dollars. */
  declare cost: number | undefined;
  serviceTier: string | undefined = undefined;
  systemFingerprint: string | undefined = undefined;
  /** What tells the tool calls of an answer from each other. */
  declare toolCalls: Set<unknown> | undefined;
  declare failure: Failure | undefined;
  /** The chunk or result in which the server told how long it took, for the method's `server` to read. */
  declare server: unknown;
  /** Whether the stream's terminal event was seen. */
  complete = false;
  /** Whether any of the output was seen; for descriptors that need to know. */
  declare begun: boolean | undefined;
  /** Further attributes of the span, by the names of the latest conventions. */
  declare attributes: Attributes | undefined;
  /** An answer that says of itself that it failed; read as a thrown error is. Fetching such an answer is no failure. */
  declare error: unknown;
  /** The server works on in the background: usage comes with a later fetch, and none is missing. */
  declare deferred: boolean | undefined;
  /** How far the server is with it: `queued`, `in_progress`, `completed`, … */
  declare status: string | undefined;
  /** For the descriptor: of what is under way, a part has come. */
  declare partial: boolean | undefined;

  /** There are at least `choices` of them, each of which ends with a reason. */
  expect(choices: number): void {
    const missing = choices - this.finishReasons.length;
    // Not by `push`, which keeps room for 17.
    if (choices === 1 && missing === 1) this.finishReasons = ONE_OPEN;
    else if (missing > 0) this.finishReasons = this.finishReasons.concat(new Array<string>(missing).fill(''));
  }

  /** A choice ended; when all of them have, so has the stream. */
  finish(choice: number, reason: string): void {
    this.expect(choice + 1);
    if (this.finishReasons === ONE_OPEN) this.finishReasons = [reason];
    else (this.finishReasons as string[])[choice] = reason;
    this.complete = !this.finishReasons.includes('');
  }
}

/** Response headers, as far as they are read here. */
export interface ResponseHeaders {
  get(name: string): string | null;
}
