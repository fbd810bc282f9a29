import type { Attributes } from '@opentelemetry/api';
import type { ContentMapping } from './content/mapping';
import type { CallFacts, ChunkKind } from './types';

/** Where a client's calls go, as its descriptor reads it off the client. */
export interface Destination {
  /** `provider` label, such as `nvidia-nim`. */
  readonly provider: string;
  /** `gen_ai.provider.name`; default: the label with `_` for `-`. */
  readonly genAiProvider?: string;
  /** Base URL that `server.address` and `server.port` are taken from. */
  readonly baseURL?: string | undefined;
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
  /** Loads how requests and answers read as messages, once for a client whose content is captured. */
  content?(): Promise<ContentMapping>;
}

/** A provider: its methods, and where its clients send them. */
export interface ProviderDescriptor {
  /** Package name for messages, such as `openai`. */
  readonly name: string;
  readonly methods: readonly MethodDescriptor[];
  /** Methods that make another client of the same kind, which then is wrapped too. */
  readonly copies: readonly string[];
  destination(client: object, provider: string | undefined): Destination;
  /** Attributes of spans to this destination beside the GenAI ones. */
  spanAttributes?(destination: Pick<Destination, 'provider'>, model: string): Attributes;
}
