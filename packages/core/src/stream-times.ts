import { NEVER, toSeconds } from './clock';
import { type GapPoint, gapSeconds } from './gaps';
import { type ChunkKind, NO_TOKEN, OUTPUT } from './types';

/** When the chunks of one stream came. Whole microseconds since the call began. */
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
  maxGap: number = NEVER;
  /** The longest waiting between a chunk with content and the next one. */
  maxTokenGap: number = NEVER;
  /** When the consumer asked for a chunk or got one, whichever was last. */
  #lastAt: number = NEVER;
  /** Waiting spent on chunks without content since the last one with content. */
  #carried: number = NEVER;

  /** The consumer asks for the next chunk: what it did since the last one is no gap. */
  pulled(at: number): void {
    this.#lastAt = at;
  }

  /** A chunk is there. Says how long it was waited for. */
  arrived(at: number): number {
    const waited = Math.max(at - this.#lastAt, 0);
    // Of several chunks that were asked for at once, each waited since the one before it.
    this.#lastAt = at;
    return waited;
  }

  /** What the chunk brought that arrived last. */
  brought(kind: ChunkKind, waited: number): void {
    if (this.firstChunk === NEVER) this.firstChunk = this.#lastAt;
    else this.#gap(kind !== NO_TOKEN, waited);
    if (kind === NO_TOKEN) return;
    if (this.firstToken === NEVER) {
      this.firstToken = this.#lastAt;
      this.firstKind = kind;
    }
    if (kind === OUTPUT && this.firstOutputToken === NEVER) this.firstOutputToken = this.#lastAt;
    this.lastToken = this.#lastAt;
  }

  #gap(isToken: boolean, waited: number): void {
    const gaps = this.gaps!;
    const carrying = this.#carried !== NEVER;
    gapSeconds[0] = toSeconds(waited);
    if (waited > this.maxGap) this.maxGap = waited;
    if (isToken && !carrying && this.firstToken !== NEVER) {
      if (waited > this.maxTokenGap) this.maxTokenGap = waited;
      gaps.both.add();
      return;
    }
    gaps.chunkOnly.add();
    if (this.firstToken === NEVER) return;
    const carried = carrying ? this.#carried + waited : waited;
    this.#carried = isToken ? NEVER : carried;
    if (!isToken) return;
    if (carried > this.maxTokenGap) this.maxTokenGap = carried;
    gapSeconds[0] = toSeconds(carried);
    gaps.tokenOnly.add();
  }
}
