import { NEVER, reading, tickArrival, tickPull } from './clock';
import { type GapPoint, gapSeconds } from './gaps';
import { type ChunkKind, NO_TOKEN, OUTPUT } from './types';

/** When the chunks of one stream came. Milliseconds of the monotonic clock. */
export class StreamTimes {
  firstChunk: number = NEVER;
  firstToken: number = NEVER;
  firstOutputToken: number = NEVER;
  lastToken: number = NEVER;
  maxGapMillis: number = NEVER;
  gaps: GapPoint | undefined;
  /** The gaps are those of the metric producer, not of this call alone. */
  gapsProduced = false;
  #pulledAt = NEVER;
  #arrivedAt = NEVER;
  /** Waiting spent on chunks without content since the last one with content. */
  #carriedMillis = NEVER;
  #carrying = false;

  /** The consumer asks for the next chunk: what it did since the last one is no gap. */
  pulled(): void {
    tickPull();
    this.#pulledAt = reading[0]!;
  }

  /** A chunk is there; the time of that is left in {@link reading}. */
  arrived(): void {
    // Of several chunks that were asked for at once, each waited since the one before it.
    if (this.#pulledAt < this.#arrivedAt) this.#pulledAt = this.#arrivedAt;
    tickArrival();
    this.#arrivedAt = reading[0]!;
  }

  /** What the chunk brought that arrived last. */
  brought(kind: ChunkKind): void {
    if (this.firstChunk === NEVER) this.firstChunk = this.#arrivedAt;
    else this.#gap(kind !== NO_TOKEN);
    if (kind === NO_TOKEN) return;
    if (this.firstToken === NEVER) this.firstToken = this.#arrivedAt;
    if (kind === OUTPUT && this.firstOutputToken === NEVER) this.firstOutputToken = this.#arrivedAt;
    this.lastToken = this.#arrivedAt;
  }

  #gap(isToken: boolean): void {
    const millis = Math.max(this.#arrivedAt - this.#pulledAt, 0);
    if (millis > this.maxGapMillis) this.maxGapMillis = millis;
    const gaps = this.gaps!;
    gapSeconds[0] = millis / 1000;
    if (this.firstToken === NEVER) {
      gaps.chunkOnly.add();
    } else if (isToken && !this.#carrying) {
      gaps.both.add();
    } else {
      gaps.chunkOnly.add();
      this.#carriedMillis = this.#carrying ? this.#carriedMillis + millis : millis;
      this.#carrying = !isToken;
      gapSeconds[0] = this.#carriedMillis / 1000;
      if (isToken) gaps.tokenOnly.add();
    }
  }
}
