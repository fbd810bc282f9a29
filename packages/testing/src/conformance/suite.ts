import type { MeterProvider, TracerProvider } from '@opentelemetry/api';
import type OpenAI from 'openai';
import type { MockNim } from '../mock/mock-nim.ts';
import type { Respond } from '../mock/scenario.ts';
import type { TrafficApi } from '../traffic.ts';

/** A client of the shape of `openai`'s. */
export type Client = OpenAI;

export interface ClientOptions {
  readonly baseURL: string;
  /** Default 0. */
  readonly maxRetries?: number;
  /** Milliseconds. */
  readonly timeout?: number;
}

export type CreateClient = (options: ClientOptions) => Client;

/** What every SDK of this shape gives: a promise of its own. */
export interface SdkPromise<Value> extends Promise<Value> {
  asResponse(): Promise<Response>;
  withResponse(): Promise<{ data: Value; response: Response; request_id?: string | null }>;
}

/** A stream of such an SDK. */
export interface SdkStream extends AsyncIterable<unknown> {
  readonly controller: AbortController;
  tee(): [SdkStream, SdkStream];
  toReadableStream(): ReadableStream<Uint8Array>;
}

/** Tokens that the server stated. */
export interface Tokens {
  readonly input: number;
  readonly output: number;
}

export type ApiName = TrafficApi;

/** One method of a client that calls a model, streamed or not, and how its requests and answers look. */
export interface Api {
  readonly name: ApiName;
  /** `operation` label. */
  readonly operation: string;
  /** A plain request. */
  readonly plain: object;
  /** The same, streamed with usage. */
  readonly streamed: object;
  /** The same, streamed without usage; absent where usage need not be asked for. */
  readonly streamedWithoutUsage?: object;
  /** A plain request of one message. */
  asking(message: object): object;
  create(client: Client, request: object, options?: RequestOptions): SdkPromise<object>;
  stream(client: Client, request: object, options?: RequestOptions): SdkPromise<SdkStream>;
  /** The id of the mock's first answer. */
  readonly firstId: string;
  /** What the mock's short answer shows at least. */
  readonly answer: object;
  /** Items that the short answer's stream has, usage included. */
  readonly streamLength: number;
  /** How many of them are for usage alone. */
  readonly usageChunks: 0 | 1;
  /** The number of an item of a longer stream that is neither sent together with another nor among the first two. */
  readonly loneItem: number;
  /** How its body ends. */
  readonly streamEnd: RegExp;
  /** The text of an answer, or of one item of its stream. */
  textOf(part: unknown): string;
  /** The usage in a body, or in one event of a stream. */
  usageOf(body: unknown): Tokens | undefined;
  /** What a caller sees of a 429 beside its class and status. */
  readonly refused: object;
  /** Class of an error in mid-stream. */
  readonly streamError: unknown;
  /** A stream tells its input before its output, so that it is counted for those who leave early too. */
  readonly tellsInputFirst?: true;
  /** Makes what `parse` makes of a plain request; absent where the SDK has no such helper. */
  parsed?(client: Client): Promise<unknown>;
  /** What an event with a reasoning token has in it; absent where there are none. */
  readonly reasoningMark?: string;
  /** What the event with the first token of `CANONICAL` has in it. */
  readonly textMark: string;
}

export interface RequestOptions {
  readonly signal?: AbortSignal;
}

/** Options that the suite hands to `wrap`; without providers the globals are meant. */
export interface WrapOptions {
  readonly provider: string;
  readonly meterProvider?: MeterProvider;
  readonly tracerProvider?: TracerProvider;
}

/** A provider to be put through the suite. */
export interface ProviderSuite {
  /** Title of the `describe` block. */
  readonly name: string;
  readonly wrap: (client: Client, options: WrapOptions) => Client;
  readonly createClient: CreateClient;
  /** Makers of clients from further copies of the SDK, such as its CommonJS build. Default none. */
  readonly sdkCopies?: readonly CreateClient[];
  /** The methods to put through it. Default: chat alone. */
  readonly apis?: readonly ApiName[];
  /** Titles of cases that the SDK has no means for, with the reason. They are skipped. */
  readonly lacks?: Readonly<Record<string, string>>;
  /** Makes clients that make no spans, where the SDK makes its own: with the provider that it found when it was made. */
  readonly createSilent?: CreateClient;
  /** `false` for a `wrap` that measures nothing: only what the caller sees is compared. Default `true`. */
  readonly measured?: boolean;
}

/** What a case works with. `client` is bare or wrapped, and the case cannot tell. */
export interface Use {
  readonly client: Client;
  readonly nim: MockNim;
}

/** How a call is to be counted. */
export interface Measured {
  readonly outcome: 'ok' | 'error' | 'cancelled' | 'aborted' | 'truncated' | 'abandoned';
  /** Calls to the model. Default 1. */
  readonly calls?: number;
  /** Default for errors: any. */
  readonly errorType?: string;
  /** The wrap cannot have seen the body, so no tokens are counted. Default `false`. */
  readonly unread?: boolean;
  /** Totals of further metrics: values, of histograms counts. */
  readonly totals?: Readonly<Record<string, number>>;
}

/** One way of using a client. */
export interface ConformanceCase {
  readonly title: string;
  /** Default: a short answer. */
  readonly respond?: Respond;
  readonly client?: Omit<ClientOptions, 'baseURL'>;
  /** Uses the client and returns all that its caller saw, as plain data. */
  readonly use: (use: Use) => Promise<unknown>;
  /** What the bare client must have shown at least, so that a comparison means something. */
  readonly seen: object;
  /** Unhandled rejections that the bare client causes. Default 0. */
  readonly rejections?: number;
  readonly measured: Measured;
}
