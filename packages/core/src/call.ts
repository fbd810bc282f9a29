import { type Context, ROOT_CONTEXT, type Span } from '@opentelemetry/api';
import { now } from './clock';
import type { MethodDescriptor } from './descriptor';
import { errorType, isAbort } from './errors';
import type { GapPoint } from './gaps';
import { quietly, warnFault } from './guard';
import { forget } from './lifetimes';
import type { SumPoint } from './store';
import { CallFacts, type ChunkKind, NO_TOKEN, OUTPUT, type Outcome, type ResponseHeaders } from './types';
import type { Watch } from './watch';

/** A time that has not come. */
export const NEVER: number = Number.NEGATIVE_INFINITY;

interface AbortState {
  readonly aborted: boolean;
}

/** Collects what was said in one call; only there where the user asked for content. */
export interface CallContent {
  /** The SDK has serialised the request, so that reading it changes nothing. */
  sent(): void;
  chunk(chunk: unknown): void;
  result(result: unknown): void;
  /** The call is over; its span has not ended yet. */
  ended(call: Call, outcome: Outcome): void;
}

/** What a recorder does with a call. */
export interface CallRecorder {
  ended(call: Call, outcome: Outcome, errorType: string | undefined, error: unknown): void;
  /** The response's headers are there. */
  responded(call: Call): void;
  /** Where the gaps of this stream are counted. */
  gaps(call: Call): GapPoint;
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
  maxGapMillis = 0;
  isStream = false;
  /** The consumer is waiting for a chunk or a result, so that the call can't have been abandoned. */
  waiting = true;
  headers: ResponseHeaders | undefined;
  signal: AbortState | undefined;
  span: Span | undefined;
  context: Context = ROOT_CONTEXT;
  inFlight: SumPoint | undefined;
  gaps: GapPoint | undefined;
  /** The gaps are those of the metric producer, not of this call alone. */
  gapsProduced = false;
  content: CallContent | undefined;
  #pulledAt = NEVER;
  #orphaned = false;
  /** Waiting spent on chunks without content since the last one with content. */
  #carriedMillis = 0;

  constructor(
    readonly watch: Watch,
    readonly method: MethodDescriptor,
    readonly model: string | undefined,
    readonly recorder: CallRecorder,
  ) {}

  get idleTimeoutMillis(): number {
    return this.watch.idleTimeoutMillis;
  }

  get ended(): boolean {
    return this.endedAt !== NEVER;
  }

  /** The consumer asks for the next chunk: what it did since the last one is no gap. */
  pulled(): void {
    this.waiting = true;
    this.#pulledAt = now();
  }

  arrived(chunk: unknown): void {
    if (this.ended) return;
    const at = now();
    const gap = at - this.#pulledAt;
    this.waiting = false;
    this.lastActivity = at;
    const kind = this.#fold(chunk);
    if (this.firstChunk === NEVER) this.firstChunk = at;
    else this.#gap(gap, kind !== NO_TOKEN);
    if (kind !== NO_TOKEN) this.#token(at, kind === OUTPUT);
    if (this.#orphaned) this.abandoned();
  }

  // Not `quietly`: a closure for each chunk would be the largest part of its cost.
  #fold(chunk: unknown): ChunkKind {
    try {
      const kind = this.method.chunk(this.facts, chunk);
      if (this.content !== undefined) this.content.chunk(chunk);
      return kind;
    } catch (fault) {
      warnFault('a chunk', fault);
      return NO_TOKEN;
    }
  }

  #token(at: number, isOutput: boolean): void {
    if (this.firstToken === NEVER) this.firstToken = at;
    if (isOutput && this.firstOutputToken === NEVER) this.firstOutputToken = at;
    this.lastToken = at;
    this.#carriedMillis = 0;
  }

  #gap(millis: number, isToken: boolean): void {
    if (millis > this.maxGapMillis) this.maxGapMillis = millis;
    this.gaps ??= this.recorder.gaps(this);
    if (this.firstToken === NEVER) {
      this.gaps.chunkOnly.add(millis / 1000);
    } else if (isToken && this.#carriedMillis === 0) {
      this.gaps.both.add(millis / 1000);
    } else {
      this.gaps.chunkOnly.add(millis / 1000);
      if (isToken) this.gaps.tokenOnly.add((this.#carriedMillis + millis) / 1000);
      this.#carriedMillis += millis;
    }
  }

  /** The headers are there; it is the caller's turn to read the rest. */
  responded(): void {
    this.waiting = false;
    this.lastActivity = now();
    quietly('response headers', () => this.recorder.responded(this));
    quietly('content', () => this.content?.sent());
  }

  /** The whole result is there. */
  resolved(result: unknown): void {
    quietly('a result', () => this.method.result(this.facts, result));
    quietly('content', () => this.content?.result(result));
    this.end('ok');
  }

  /** The stream is over. */
  exhausted(): void {
    if (this.facts.complete) this.end('ok');
    else this.end(this.signal?.aborted ? 'aborted' : 'truncated');
  }

  failed(error: unknown): void {
    // The signal says nothing here: the SDKs abort their own controller on any error.
    this.end(isAbort(error) ? 'aborted' : 'error', errorType(error), error);
  }

  /** Nobody will read the rest. The call lasted as long as something was heard of it. */
  abandoned(): void {
    this.end(this.signal?.aborted ? 'aborted' : 'abandoned', undefined, undefined, this.lastActivity);
  }

  /** What the consumer read the call through is gone; a chunk it still waits for may come. */
  orphaned(): void {
    if (this.waiting) this.#orphaned = true;
    else this.abandoned();
  }

  /** The consumer broke off; if the server had finished by then, nothing was missed. */
  closed(): void {
    this.end(this.facts.complete ? 'ok' : 'cancelled');
  }

  /** Ends the call, once; whatever comes later is ignored. */
  end(outcome: Outcome, type?: string, error?: unknown, at: number = now()): void {
    if (this.ended) return;
    this.endedAt = at;
    forget(this);
    quietly('content', () => this.content?.ended(this, outcome));
    quietly('recording a call', () => this.recorder.ended(this, outcome, type, error));
  }
}
