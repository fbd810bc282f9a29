/** When what is sent, in milliseconds from the arrival of the request (`interTokenMillis`: between tokens). */
export interface Schedule {
  /** Response headers. Default 0. */
  readonly headersMillis?: number;
  /** The role-only chunk. Default: with the headers. */
  readonly roleMillis?: number;
  /** First reasoning token; further ones follow at the token pace, all before the first token. Default: with the role. */
  readonly reasoningMillis?: number;
  /** First token of the answer. Default 2 after the one before. */
  readonly firstTokenMillis?: number;
  /** Default 1. */
  readonly interTokenMillis?: number;
}

/** `usage` as chat completions spell it. */
export interface MockUsage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
  readonly [detail: string]: unknown;
}

/** Something going wrong, `afterChunks` data chunks into the stream (the role chunk is the first). */
export type Fault =
  /** An HTTP error instead of an answer, `times` times (default: always). 429 carries `Retry-After` (default 1 s). */
  | { readonly kind: 'status'; readonly status: number; readonly times?: number; readonly retryAfterSeconds?: number }
  /** The socket is reset. */
  | { readonly kind: 'reset'; readonly afterChunks: number }
  /** Silence on an open connection; `afterChunks: 'no-headers'` sends not even headers. */
  | { readonly kind: 'hang'; readonly afterChunks: number | 'no-headers' }
  /** A chunk that is not JSON, then the rest. */
  | { readonly kind: 'garbage'; readonly afterChunks: number }
  /** An error object inside the 200 stream, then its end. */
  | { readonly kind: 'error-object'; readonly afterChunks: number }
  /** A chunk without `choices`, or an event without a `type`, then the rest. */
  | { readonly kind: 'without-choices'; readonly afterChunks: number }
  /** A chunk whose choice has no `delta` or text, or a delta event without one, then the rest. */
  | { readonly kind: 'without-delta'; readonly afterChunks: number }
  /** A clean end without `finish_reason` or terminal event, usage and `[DONE]`. */
  | { readonly kind: 'truncate'; readonly afterChunks: number };

/** A recorded response; a case of `loadTraffic()` is one. */
export interface Recording {
  readonly body: string;
  readonly stream: boolean;
  readonly httpStatus: number;
  readonly responseHeaders: Readonly<Record<string, string>>;
}

/** How the mock answers one request to a model, by whichever API. Plain data. */
export interface Scenario {
  readonly schedule?: Schedule;
  /** Tokens of the answer: how many, or their texts. */
  readonly tokens: number | readonly string[];
  /** Reasoning tokens sent as `reasoning_content` before the answer. Default 0. */
  readonly reasoningTokens?: number;
  /** Default: the request's model. */
  readonly model?: string;
  /** Numbers to report, `false` for none ever, `'always'` for streams that did not ask too. Default: the tokens sent. */
  readonly usage?: MockUsage | false | 'always';
  readonly toolCalls?: readonly { readonly name: string; readonly arguments: string }[];
  readonly refusal?: string;
  /** How often a response that is made in the background is fetched before it is ready. Default 1. */
  readonly fetchesUntilReady?: number;
  /** Sends this recorded response instead, its stream at the pace of the schedule. */
  readonly replay?: Recording;
  /** Sends this body instead of a built one. */
  readonly json?: unknown;
  readonly fault?: Fault;
}

/** One scenario for every request, or one chosen by the request's body and its index among those to a model. */
export type Respond = Scenario | ((request: ChatRequest, index: number) => Scenario);

/** What the mock reads of a request to a model. */
export interface ChatRequest {
  readonly model?: string;
  readonly stream?: boolean;
  readonly n?: number;
  readonly messages?: readonly unknown[];
  /** Of Responses. */
  readonly input?: unknown;
  readonly background?: boolean;
  /** Of text completions. */
  readonly prompt?: unknown;
  readonly stream_options?: { readonly include_usage?: boolean };
}

/** Headers at once, role at 50 ms, reasoning at 200 ms, text at 400 ms, then 50 tokens 20 ms apart. */
export const CANONICAL: Scenario = {
  schedule: { headersMillis: 0, roleMillis: 50, reasoningMillis: 200, firstTokenMillis: 400, interTokenMillis: 20 },
  tokens: 51,
  reasoningTokens: 1,
};

/** A short answer within a few milliseconds. */
export const QUICK: Scenario = { tokens: ['Hello', ' there', '!'] };

/** An answer of 10 seconds, for callers who leave early. */
export const SLOW: Scenario = { schedule: { interTokenMillis: 20 }, tokens: 500 };
