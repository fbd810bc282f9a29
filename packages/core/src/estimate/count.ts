import { now } from '../clock';
import { quietly, warnOnce } from '../guard';
import { MOST_UNITS, type Said } from './texts';
import { type CountTokens, loadTokenizer } from './tokenizer';

interface Timer {
  unref?(): void;
}
// Taken now: the timer must not be a fake one of a test's.
const { setTimeout } = globalThis as unknown as { setTimeout: (callback: () => void, millis: number) => Timer };

/** Counting takes no longer than this at a time, less than a fifth of the processor, and never keeps a process alive. */
const SLICE_MILLIS = 2;
const PAUSE_MILLIS = 10;
/** For a clock that stands still. */
const PIECES_PER_SLICE = 100;
/** The time of a tokenizer grows with the square of what has no break in it. */
const PIECE_UNITS = 512;
/** Calls, and units of text, that may wait. What is more is not estimated. */
const MOST_CALLS = 200;
const MOST_WAITING = 8 * MOST_UNITS;

interface Job {
  readonly sides: readonly Said[];
  readonly units: number;
  readonly take: (tokens: readonly number[]) => void;
}

const jobs: Job[] = [];
let waiting = 0;
/** `null` where there is none. */
let count: CountTokens | null | undefined;
let isLoading = false;
let work: Generator<undefined, void> | undefined;

/** Counts the tokens of each side when there is time, and hands them to `take`; never where there is no tokenizer. */
export function countLater(sides: readonly Said[], take: Job['take']): void {
  const units = sides.flatMap(({ texts }) => texts).reduce((sum, text) => sum + text.length, 0);
  if (count === null) return;
  if (jobs.length >= MOST_CALLS || waiting + units > MOST_WAITING) {
    warnOnce('core', 'calls without usage come faster than their tokens can be estimated; some have no estimate');
    return;
  }
  jobs.push({ sides, units, take });
  waiting += units;
  if (count === undefined) void load();
  else if (jobs.length === 1) pause();
}

async function load(): Promise<void> {
  if (isLoading) return;
  isLoading = true;
  count = (await loadTokenizer()) ?? null;
  if (count !== null) return pause();
  jobs.length = 0;
  waiting = 0;
}

function pause(): void {
  setTimeout(() => quietly('estimating tokens', slice), PAUSE_MILLIS).unref?.();
}

function slice(): void {
  const end = now() + SLICE_MILLIS;
  for (let piece = 0; piece < PIECES_PER_SLICE && jobs.length > 0 && (piece === 0 || now() < end); piece++) step();
  if (jobs.length > 0) pause();
}

/** One piece of the first job. A text that the tokenizer fails on takes its job with it, and no other. */
function step(): void {
  const job = jobs[0]!;
  const isOver = quietly('estimating tokens', () => {
    work ??= counting(job, count!);
    return work.next().done;
  });
  if (isOver === false) return;
  jobs.shift();
  waiting -= job.units;
  work = undefined;
}

function* counting({ sides, take }: Job, countTokens: CountTokens): Generator<undefined, void> {
  const totals: number[] = [];
  for (const { texts, frame, omitted } of sides) {
    let tokens = 0;
    let units = 0;
    for (const text of texts) {
      for (const piece of piecesOf(text)) {
        tokens += countTokens(piece);
        units += piece.length;
        yield;
      }
    }
    const all = units === 0 ? 0 : (tokens * (units + omitted)) / units;
    totals.push(frame + Math.round(all));
  }
  take(totals);
}

/** Pieces that begin where a word does: tokens have the space before a word, not after it. */
function* piecesOf(text: string): Generator<string> {
  for (let start = 0; start < text.length; ) {
    const end = endOf(text, start);
    yield text.slice(start, end);
    start = end;
  }
}

function endOf(text: string, start: number): number {
  const most = start + PIECE_UNITS;
  if (most >= text.length) return text.length;
  for (let place = most; place > start; place--) {
    if (isSpace(text.charCodeAt(place)) && !isSpace(text.charCodeAt(place - 1))) return place;
  }
  return isLowSurrogate(text.charCodeAt(most)) ? most - 1 : most;
}

const isSpace = (unit: number): boolean => unit === 0x20 || unit === 0x0a;
const isLowSurrogate = (unit: number): boolean => unit >= 0xdc00 && unit <= 0xdfff;
