import type { MeterProvider, TracerProvider } from '@opentelemetry/api';
import type OpenAI from 'openai';
import type { MockNim } from '../mock/mock-nim.ts';
import type { Respond } from '../mock/scenario.ts';

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
