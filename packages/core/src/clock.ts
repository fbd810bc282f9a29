import { atEndOfTurn } from './runtime';

declare const performance: { now(): number };

/**
 * The last reading of the clock, in milliseconds. In a typed array, since a number with a fraction that a function returns
 * or a variable holds is allocated each time.
 */
export const reading: Float64Array = new Float64Array(1);

/**
 * A time that has not come. Times of a call are whole microseconds since it began: V8 gives 16 bytes of their own to numbers
 * with a fraction that an object keeps, and to infinite ones.
 */
export const NEVER = -1;

/** Milliseconds of a monotonic clock, read now. */
export function now(): number {
  try {
    reading[0] = performance.now();
  } catch {
    // Whoever took the clock away must not find out by a call that fails: time stands still.
  }
  return reading[0]!;
}

/** From one reading to another; a clock that went backwards gives zero. */
export const microsBetween = (from: number, to: number): number => Math.max(0, Math.round((to - from) * 1000));

/** From one reading to now. */
export const microsSince = (from: number): number => microsBetween(from, now());

export const toSeconds = (micros: number): number => micros / 1e6;

/** Readings that follow each other this closely belong to one burst: no packet came in between. */
const CLOSE_MILLIS = 0.02;
/** So many close readings make a burst; fewer when the last burst was worth it. */
const CLOSE_READINGS = 32;
const CLOSE_READINGS_AGAIN = 6;
/** A held reading is renewed after so many chunks; if their consumer took longer than this, the burst is over. */
const CHUNKS = 16;
const SLOW_MILLIS = 1;
/** A burst with fewer chunks costs more than it saves; then none is looked for during so many readings. */
const WORTHWHILE_CHUNKS = 8;
const PAUSE_READINGS = 4096;

let holding = false;
let chunks = 0;
let close = 0;
let enough = CLOSE_READINGS;

/*
 * Reading the clock costs more than all else that is done per chunk. Chunks of one packet come in one turn of the event
 * loop, microseconds apart: one reading serves them all.
 */

/** From one reading to when a chunk is asked for, which is now. */
export function tickPull(from: number): number {
  if (!holding) read();
  else if (++chunks % CHUNKS === 0) renew();
  return microsBetween(from, reading[0]!);
}

/** From one reading to when a chunk is there, which is now. */
export function tickArrival(from: number): number {
  if (!holding) read();
  return microsBetween(from, reading[0]!);
}

function read(): void {
  const before = reading[0]!;
  const time = now();
  if (time - before < CLOSE_MILLIS) close += 1;
  else if (close > 0) close = 0;
  if (close < enough || atEndOfTurn === undefined) return;
  holding = true;
  chunks = 0;
  atEndOfTurn(release);
}

function renew(): void {
  const before = reading[0]!;
  if (now() - before < SLOW_MILLIS) return;
  holding = false;
  chunks = 0;
}

function release(): void {
  holding = false;
  const worthwhile = chunks >= WORTHWHILE_CHUNKS;
  enough = worthwhile ? CLOSE_READINGS_AGAIN : CLOSE_READINGS;
  close = worthwhile ? 0 : -PAUSE_READINGS;
}
