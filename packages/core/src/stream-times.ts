import { NEVER, reading, tickArrival, tickPull } from './clock';
import { type GapPoint, gapSeconds } from './gaps';
import { type ChunkKind, NO_TOKEN, OUTPUT } from './types';

/** When the chunks of one stream came. Milliseconds of the monotonic clock. */
export class StreamTimes {
  firstChunk: number = NEVER;
  firstToken: number = NEVER;
  firstOutputToken: number = NEVER;
  firstKind: ChunkKind = NO_TOKEN;
  lastToken: number = NEVER;
  gaps: GapPoint | undefined;
  /** The gaps are those of the metric producer, not of this call alone. */
  gapsProduced = false;
  /** The longest gap between two tokens that follow each other, of any other gap, and between tokens with others between. */
  #maxFollowing = NEVER;
  #maxOther = NEVER;
  #maxCarried = NEVER;
  #pulledAt = NEVER;
  #arrivedAt = NEVER;
  /** Waiting spent on chunks without content since the last one with content. */
  #carriedMillis = NEVER;
  #carrying = false;

  /** The longest waiting for a chunk after the first. */
  get maxGapMillis(): number {
    return Math.max(this.#maxFollowing, this.#maxOther);
  }

  /** The longest waiting between a chunk with content and the next one. */
  get maxTokenGapMillis(): number {
    return Math.max(this.#maxFollowing, this.#maxCarried);
  }

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
    if (this.firstToken === NEVER) {
      this.firstToken = this.#arrivedAt;
      this.firstKind = kind;
    }
    if (kind === OUTPUT && this.firstOutputToken === NEVER) this.firstOutputToken = this.#arrivedAt;
    this.lastToken = this.#arrivedAt;
  }

  #gap(isToken: boolean): void {
    const millis = Math.max(this.#arrivedAt - this.#pulledAt, 0);
    const gaps = this.gaps!;
    gapSeconds[0] = millis / 1000;
    if (isToken && !this.#carrying && this.firstToken !== NEVER) {
      if (millis > this.#maxFollowing) this.#maxFollowing = millis;
      gaps.both.add();
      return;
    }
    if (millis > this.#maxOther) this.#maxOther = millis;
    gaps.chunkOnly.add();
    if (this.firstToken === NEVER) return;
    this.#carriedMillis = this.#carrying ? this.#carriedMillis + millis : millis;
    this.#carrying = !isToken;
    if (!isToken) return;
    if (this.#carriedMillis > this.#maxCarried) this.#maxCarried = this.#carriedMillis;
    gapSeconds[0] = this.#carriedMillis / 1000;
    gaps.tokenOnly.add();
  }
}
