import { type Context, ROOT_CONTEXT, type Span } from '@opentelemetry/api';
import type { CallContent, CallRecorder } from './call-hooks';
import type { CallValues } from './call-values';
import { microsSince, NEVER, now, tickArrival, tickPull } from './clock';
import { endContent, tellContent } from './content/tell';
import type { MethodDescriptor } from './descriptor';
import { errorType, isAbort, OTHER } from './errors';
import { absorb, quietly, warnFault } from './guard';
import { type CallLink, forget } from './lifetimes';
import type { RetryNote } from './retry-note';
import type { Endpoint } from './series';
import type { SumPoint } from './store';
import { StreamTimes } from './stream-times';
import { CallFacts, type ChunkKind, NO_TOKEN, type Outcome, type ResponseHeaders } from './types';
import type { Watch } from './watch';

/**
 * One call in flight. Times are whole microseconds since it began. What few calls have, the others have no field for: so
 * they stay small.
 */
export class Call {
  readonly facts: CallFacts = new CallFacts();
  /** Milliseconds of the monotonic clock. */
  readonly startedAt: number = now();
  readonly startedAtEpochMillis: number = Date.now();
  /** How long it took, once it is over. */
  duration: number = NEVER;
  /** When something was last heard of this call, from the server or the consumer. */
  lastActivity = 0;
  /** Set when the result turns out to be a stream. */
  stream: StreamTimes | undefined;
  /** Chunks or results that the consumer is waiting for. */
  pending = 1;
  headers: ResponseHeaders | undefined;
  /** Tries before the one that was answered. */
  declare retries: RetryNote[] | undefined;
  signal: { readonly aborted: boolean } | undefined;
  /** Tells what came only since the request was amended. */
  declare isAdded: ((chunk: unknown) => boolean) | undefined;
  span: Span | undefined;
  context: Context = ROOT_CONTEXT;
  inFlight: SumPoint | undefined;
  declare values: CallValues | undefined;
  /** What the shared time of its server was when it began. */
  declare sharedFrom: number;
  declare content: CallContent<Call> | undefined;
  readonly link: CallLink<Call> = { call: this };
  reader: object | undefined;
  isRegistered = false;
  #orphaned = false;

  constructor(
    readonly watch: Watch,
    readonly endpoint: Endpoint,
    readonly method: MethodDescriptor,
    readonly model: string | undefined,
    readonly recorder: CallRecorder<Call>,
  ) {}

  /** It is not the consumer's turn, so that the call can't have been abandoned. */
  get waiting(): boolean {
    return this.pending > 0 && !this.#orphaned;
  }

  private get aborted(): boolean {
    const { signal } = this;
    return signal !== undefined && quietly('a signal', () => signal.aborted) === true;
  }

  get firstChunk(): number {
    return this.stream?.firstChunk ?? NEVER;
  }

  get ended(): boolean {
    return this.duration !== NEVER;
  }

  /** Milliseconds of the monotonic clock. */
  get lastActivityAt(): number {
    return this.startedAt + this.lastActivity / 1000;
  }

  /** The result is a stream: it is the consumer's turn to read it. */
  streams(signal: Call['signal']): void {
    this.stream = new StreamTimes();
    this.pending = 0;
    this.signal = signal ?? this.signal;
  }

  pulled(): void {
    this.pending += 1;
    this.stream!.pulled(tickPull(this.startedAt));
  }

  arrived(chunk: unknown): void {
    const stream = this.stream!;
    this.lastActivity = tickArrival(this.startedAt);
    this.pending -= 1;
    const waited = stream.arrived(this.lastActivity);
    const kind = this.fold(chunk);
    if (stream.gaps === undefined && stream.firstChunk !== NEVER) this.recorder.startGaps(this, stream);
    stream.brought(kind, waited);
    if (this.#orphaned) this.abandoned();
  }

  // Not `quietly`: a closure for each chunk would be the largest part of its cost.
  private fold(chunk: unknown): ChunkKind {
    try {
      const kind = this.method.chunk(this.facts, chunk);
      if (this.content !== undefined) this.content.chunk(chunk);
      return kind;
    } catch (fault) {
      warnFault('a chunk', fault);
      return NO_TOKEN;
    }
  }

  /** The headers are there; it is the caller's turn to read the rest. */
  responded(): void {
    this.pending = 0;
    this.lastActivity = microsSince(this.startedAt);
    try {
      this.recorder.responded(this);
      this.content?.sent();
    } catch (fault) {
      warnFault('response headers', fault);
    }
  }

  /** The whole result is there. */
  resolved(result: unknown): void {
    try {
      absorb('a result', this.method.result(this.facts, result) as unknown);
    } catch (fault) {
      warnFault('a result', fault);
    }
    if (this.content !== undefined) tellContent(this, result);
    this.end('ok');
  }

  /** The stream is over. */
  exhausted(): void {
    if (this.facts.complete) this.end('ok');
    else this.end(this.aborted ? 'aborted' : 'truncated');
  }

  failed(error: unknown): void {
    // The signal says nothing here: the SDKs abort their own controller on any error.
    const aborted = quietly('an error', () => isAbort(error)) === true;
    const type = quietly('an error', () => errorType(error, this.watch.descriptor));
    this.end(aborted ? 'aborted' : 'error', type ?? OTHER, error);
  }

  /** Nobody will read the rest. The call lasted as long as something was heard of it. */
  abandoned(): void {
    this.end(this.aborted ? 'aborted' : 'abandoned', undefined, undefined, this.lastActivity);
  }

  /** What the consumer read the call through is gone; a chunk it still waits for may come. */
  orphaned(): void {
    this.#orphaned = true;
    if (this.pending === 0) this.abandoned();
  }

  /** The consumer broke off; if the server had finished by then, nothing was missed. */
  closed(): void {
    this.end(this.facts.complete ? 'ok' : 'cancelled');
  }

  /** Once; whatever comes later is ignored. */
  end(outcome: Outcome, type?: string, error?: unknown, at: number = microsSince(this.startedAt)): void {
    const { error: told } = this.facts;
    if (outcome === 'ok' && told !== undefined && !this.method.fetches) this.failed(told);
    if (this.ended) return;
    const { failure } = this.facts;
    if (failure !== undefined && error === undefined) {
      this.end('error', failure.type, failure, at);
      return;
    }
    this.duration = at;
    forget(this);
    if (this.content !== undefined) endContent(this, outcome, type);
    try {
      this.recorder.ended(this, outcome, type, error);
    } catch (fault) {
      warnFault('recording a call', fault);
    }
    this.letGo();
  }

  /** What was started inside the call keeps its context, and so this call. */
  letGo(): void {
    this.headers = undefined;
    this.signal = undefined;
    if (this.retries !== undefined) this.retries = undefined;
    if (this.facts.server !== undefined) this.facts.server = undefined;
    if (this.content === undefined) this.stream = undefined;
  }
}
