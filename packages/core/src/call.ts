import { type Attributes, type Context, ROOT_CONTEXT, type Span } from '@opentelemetry/api';
import type { CallContent, CallRecorder } from './call-hooks';
import { now, reading, tickArrival, tickPull } from './clock';
import type { MethodDescriptor } from './descriptor';
import { errorType, isAbort, OTHER } from './errors';
import { type GapPoint, gapSeconds } from './gaps';
import { absorb, quietly, warnFault } from './guard';
import { forget, type Watched } from './lifetimes';
import type { Endpoint } from './series';
import type { SumPoint } from './store';
import { CallFacts, type ChunkKind, NO_TOKEN, OUTPUT, type Outcome, type ResponseHeaders } from './types';
import type { Watch } from './watch';

/** A time that has not come. */
export const NEVER: number = Number.NEGATIVE_INFINITY;

interface AbortState {
  readonly aborted: boolean;
}

/** One call in flight. Times are milliseconds of the monotonic clock. */
export class Call {
  readonly facts: CallFacts = new CallFacts();
  readonly startedAt: number = now();
  readonly startedAtEpochMillis: number = Date.now();
  endedAt: number = NEVER;
  /** When something was last heard of this call, from the server or the consumer. */
  lastActivity: number = this.startedAt;
  firstChunk: number = NEVER;
  firstToken: number = NEVER;
  firstOutputToken: number = NEVER;
  lastToken: number = NEVER;
  maxGapMillis: number = NEVER;
  isStream = false;
  /** Chunks or results that the consumer is waiting for. */
  pending = 1;
  headers: ResponseHeaders | undefined;
  signal: AbortState | undefined;
  span: Span | undefined;
  context: Context = ROOT_CONTEXT;
  /** Set on the span when it ends, together with what the call brought: each setting costs. */
  requestAttributes: Attributes | undefined;
  inFlight: SumPoint | undefined;
  gaps: GapPoint | undefined;
  /** The gaps are those of the metric producer, not of this call alone. */
  gapsProduced = false;
  content: CallContent<Call> | undefined;
  custody: Watched['custody'];
  #pulledAt = NEVER;
  #orphaned = false;
  /** Waiting spent on chunks without content since the last one with content. */
  #carriedMillis = NEVER;
  #carrying = false;

  constructor(
    readonly watch: Watch,
    readonly endpoint: Endpoint,
    readonly method: MethodDescriptor,
    readonly model: string | undefined,
    readonly recorder: CallRecorder<Call>,
  ) {}

  get idleTimeoutMillis(): number {
    return this.watch.idleTimeoutMillis;
  }

  /** It is not the consumer's turn, so that the call can't have been abandoned. */
  get waiting(): boolean {
    return this.pending > 0 && !this.#orphaned;
  }

  private get aborted(): boolean {
    return quietly('a signal', () => this.signal?.aborted === true) ?? false;
  }

  get ended(): boolean {
    return this.endedAt !== NEVER;
  }

  /** The consumer asks for the next chunk: what it did since the last one is no gap. */
  pulled(): void {
    this.pending += 1;
    tickPull();
    this.#pulledAt = reading[0]!;
  }

  arrived(chunk: unknown): void {
    if (this.ended) return;
    // Of several chunks that were asked for at once, each waited since the one before it.
    if (this.#pulledAt < this.lastActivity) this.#pulledAt = this.lastActivity;
    tickArrival();
    this.lastActivity = reading[0]!;
    this.pending -= 1;
    const kind = this.fold(chunk);
    if (this.firstChunk === NEVER) this.firstChunk = this.lastActivity;
    else this.gap(kind !== NO_TOKEN);
    if (kind !== NO_TOKEN) this.token(kind === OUTPUT);
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

  private token(isOutput: boolean): void {
    const at = this.lastActivity;
    if (this.firstToken === NEVER) this.firstToken = at;
    if (isOutput && this.firstOutputToken === NEVER) this.firstOutputToken = at;
    this.lastToken = at;
  }

  private gap(isToken: boolean): void {
    const waited = this.lastActivity - this.#pulledAt;
    const millis = Math.max(waited, 0);
    if (millis > this.maxGapMillis) this.maxGapMillis = millis;
    this.gaps ??= this.recorder.gaps(this);
    gapSeconds[0] = millis / 1000;
    if (this.firstToken === NEVER) {
      this.gaps.chunkOnly.add();
    } else if (isToken && !this.#carrying) {
      this.gaps.both.add();
    } else {
      this.gaps.chunkOnly.add();
      this.#carriedMillis = this.#carrying ? this.#carriedMillis + millis : millis;
      this.#carrying = !isToken;
      gapSeconds[0] = this.#carriedMillis / 1000;
      if (isToken) this.gaps.tokenOnly.add();
    }
  }

  /** The headers are there; it is the caller's turn to read the rest. */
  responded(): void {
    this.pending = 0;
    this.lastActivity = now();
    quietly('response headers', () => this.recorder.responded(this));
    quietly('content', () => this.content?.sent());
  }

  /** The whole result is there. */
  resolved(result: unknown): void {
    quietly('a result', () => absorb('a result', this.method.result(this.facts, result) as unknown));
    quietly('content', () => this.content?.result(result));
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
    this.end(aborted ? 'aborted' : 'error', quietly('an error', () => errorType(error)) ?? OTHER, error);
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
  end(outcome: Outcome, type?: string, error?: unknown, at: number = now()): void {
    if (this.ended) return;
    this.endedAt = at;
    forget(this);
    quietly('content', () => this.content?.ended(this, outcome, type));
    quietly('recording a call', () => this.recorder.ended(this, outcome, type, error));
  }
}
