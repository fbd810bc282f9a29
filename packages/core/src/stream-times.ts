import { NEVER, reading, tickArrival, tickPull } from './clock';
import { type GapPoint, gapSeconds } from './gaps';
import { type ChunkKind, NO_TOKEN, OUTPUT } from './types';

/** How long the chunk was waited for that arrived last, in milliseconds; allocated once, as {@link reading}. */
const waited = new Float64Array(1);

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
  /** The longest waiting for a chunk after the first. */
  maxGapMillis: number = NEVER;
  /** The longest waiting between a chunk with content and the next one. */
  maxTokenGapMillis: number = NEVER;
  /** When the consumer asked for a chunk or got one, whichever was last. */
  #lastAt = NEVER;
  /** Waiting spent on chunks without content since the last one with content. */
  #carriedMillis = NEVER;
  #carrying = false;

  /** The consumer asks for the next chunk: what it did since the last one is no gap. */
  pulled(): void {
    tickPull();
    this.#lastAt = reading[0]!;
  }

  /** A chunk is there; the time of that is left in {@link reading}. */
  arrived(): void {
    tickArrival();
    const at = reading[0]!;
    waited[0] = Math.max(at - this.#lastAt, 0);
    // Of several chunks that were asked for at once, each waited since the one before it.
    this.#lastAt = at;
  }

  /** What the chunk brought that arrived last. */
  brought(kind: ChunkKind): void {
    if (this.firstChunk === NEVER) this.firstChunk = this.#lastAt;
    else this.#gap(kind !== NO_TOKEN);
    if (kind === NO_TOKEN) return;
    if (this.firstToken === NEVER) {
      this.firstToken = this.#lastAt;
      this.firstKind = kind;
    }
    if (kind === OUTPUT && this.firstOutputToken === NEVER) this.firstOutputToken = this.#lastAt;
    this.lastToken = this.#lastAt;
  }

  #gap(isToken: boolean): void {
    const millis = waited[0]!;
    const gaps = this.gaps!;
    gapSeconds[0] = millis / 1000;
    if (millis > this.maxGapMillis) this.maxGapMillis = millis;
    if (isToken && !this.#carrying && this.firstToken !== NEVER) {
      if (millis > this.maxTokenGapMillis) this.maxTokenGapMillis = millis;
      gaps.both.add();
      return;
    }
    gaps.chunkOnly.add();
    if (this.firstToken === NEVER) return;
    this.#carriedMillis = this.#carrying ? this.#carriedMillis + millis : millis;
    this.#carrying = !isToken;
    if (!isToken) return;
    if (this.#carriedMillis > this.maxTokenGapMillis) this.maxTokenGapMillis = this.#carriedMillis;
    gapSeconds[0] = this.#carriedMillis / 1000;
    gaps.tokenOnly.add();
  }
}
