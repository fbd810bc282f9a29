import type { Attributes } from '@opentelemetry/api';
import type { ResponseFollower } from './api-promise';
import type { ReadLink } from './call-hooks';
import type { ClientWatch } from './client-watch';
import type { ContentMapping } from './content/mapping';
import type { ServerReader } from './server/times';
import type { CallFacts, ChunkKind, Usage } from './types';

/** Where a client's calls go, as its descriptor reads it off the client. */
export interface Destination {
  /** `provider` label, such as `nvidia-nim`. */
  readonly provider: string;
  /** `gen_ai.provider.name`; default: the label with `_` for `-`. */
  readonly genAiProvider?: string | undefined;
  /** Base URL that `server.address` and `server.port` are taken from. */
  readonly baseURL?: string | undefined;
  /** Model of requests that name none, such as the deployment of an Azure client. */
  readonly model?: string | undefined;
}

/** What a server does in a way of its own. */
export interface Quirks {
  /** Headers that tell what is left of the rate limits. Default: OpenAI's. */
  readonly limits?: readonly [requests: string, tokens: string] | undefined;
  /** Further response headers that go on spans. */
  readonly headers?: readonly string[] | undefined;
  /** Usage on streams is not asked for, since the server rejects the question or answers it unasked. */
  readonly asksNoUsage?: boolean;
}

/** Asks a server for more than the caller did. */
export interface Amendment {
  /** The request that goes out in place of the caller's, which stays as it is; `undefined` where nothing is asked. */
  request(request: unknown, quirks: Quirks | undefined): unknown;
  /** Whether a chunk came only for that: the caller doesn't see it. */
  isAdded(chunk: unknown): boolean;
  /** What `asResponse()` gives in place of `response`. */
  raw(response: unknown): unknown;
}

/** One method of a client: what to read of its request, chunks and result. No timing, no OpenTelemetry, no try/catch. */
export interface MethodDescriptor {
  /** Where the resource hangs on the client: `['chat', 'completions']`. */
  readonly resource: readonly string[];
  readonly method: string;
  /** `gen_ai.operation.name`, also the `operation` label. */
  readonly operation: string;
  /** It fetches what another call had generated: its tokens are counted once, for the call that was {@link CallFacts.deferred}. */
  readonly fetches?: true;
  /** What is handed to the following functions as the request. Default: the first argument. */
  request?(args: readonly unknown[]): unknown;
  /** The requested model. Reads without running the caller's code. */
  model(request: unknown): string | undefined;
  /** `gen_ai.request.*` and other attributes of the span. Reads without running the caller's code. */
  attributes(request: unknown, destination: Pick<Destination, 'provider'>): Attributes;
  /** Folds one chunk of a stream into the facts and says what kind of token it brought. May throw: then it is left out. */
  chunk(facts: CallFacts, chunk: unknown): ChunkKind;
  /** Folds a whole result into the facts. May throw: then it is left out. */
  result(facts: CallFacts, result: unknown): void;
  readonly amendment?: Amendment;
  /** Loads how the server's own times are read, the first time that one tells any. */
  server?(): Promise<ServerReader>;
  /** Loads how requests and answers read as messages, once for a client whose content is captured. */
  content?(): Promise<ContentMapping>;
  /** Whether these arguments call a model. Default: all do. Runs the SDK's own calls too: it must be quick and not throw. */
  isCall?(args: readonly unknown[]): boolean;
  /** The service reports no usage by design, so that none is missing. */
  readonly unmetered?: true;
  /** Settles when all that came is in the facts; `undefined` if it is. See {@link lateFold}. */
  ready?(facts: CallFacts): Promise<unknown> | undefined;
  /**
   * Looks on while the caller reads a result such as a `Response`, and says what it is read through: when that is collected,
   * the rest is abandoned. `undefined` where it can't look on: then the call ends here.
   */
  tap?(result: unknown, link: ReadLink): object | undefined;
}

/** A method that calls no model, but tells what became of work that was ordered before. */
export interface ObservedMethod {
  readonly resource: readonly string[];
  readonly method: string;
  /** Loads what reads its results, when it is first called. */
  observe(): Promise<Observer>;
}

/** Reads the results of {@link ObservedMethod}s. */
export interface Observer {
  /** Runs once per result, which it may not change. May throw. */
  observe(result: unknown, args: readonly unknown[], ledger: Ledger): void;
}

/** Where an {@link Observer} enters what it learnt. */
export interface Ledger {
  /** Counts work that was done meanwhile: its requests, tokens and cost, but no durations. */
  add(work: DelayedWork): void;
  /** Sets a gauge of `model`. */
  set(gauge: 'trainingLoss' | 'trainingStep' | 'trainingLearningRate', model: string | undefined, value: number): void;
}

/** Work that a service did without anybody waiting for it. */
export interface DelayedWork {
  /** `operation` label, such as `batch`. */
  readonly operation: string;
  readonly model: string | undefined;
  /** What the service counted; `undefined` where it reports none. */
  readonly usage: Usage | undefined;
  /** How many requests it answered, and how many failed. */
  readonly completed: number;
  readonly failed: number;
}

/** A provider: its methods, and where its clients send them. */
export interface ProviderDescriptor {
  /** Package name for messages, such as `openai`. */
  readonly name: string;
  readonly methods: readonly MethodDescriptor[];
  readonly observed?: readonly ObservedMethod[];
  /** Methods that make another client of the same kind, which then is wrapped too. */
  readonly copies: readonly string[];
  destination(client: object, provider: string | undefined): Destination;
  quirks?(destination: Destination, client: object): Quirks | undefined;
  /** Attributes of spans to this destination beside the GenAI ones. */
  spanAttributes?(destination: Pick<Destination, 'provider'>, model: string): Attributes;
  /** `error.type` of an error that tells more than a status or a class; of few. Default: core's. */
  errorType?(error: unknown): string | undefined;
  /** The response of a call is there, for those who know of promises that the SDK makes anew of it. */
  handOn?(props: object, follower: ResponseFollower): void;
  /** Whatever else is to be done to a client once its methods are watched. May be asked twice for one client. */
  extend?(client: object, watch: ClientWatch): void;
}
