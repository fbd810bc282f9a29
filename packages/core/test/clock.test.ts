import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

/** A clock of the test's own, in milliseconds, that counts how often it is read. */
let time: number;
let readings: number;
/** What the clock wants to be run at the end of this turn of the event loop. */
let atEndOfTurn: (() => void)[];
let clock: typeof import('../src/clock');

const APART = 0.021;
const CLOSE = 0.019;

async function load(setImmediate: unknown): Promise<void> {
  vi.resetModules();
  vi.stubGlobal('setImmediate', setImmediate);
  clock = await import('../src/clock');
  vi.unstubAllGlobals();
  vi.spyOn(performance, 'now').mockImplementation(() => {
    readings += 1;
    return time;
  });
}

beforeEach(async () => {
  [time, readings, atEndOfTurn] = [1000, 0, []];
  await load((callback: () => void) => atEndOfTurn.push(callback));
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

function endTurn(): void {
  for (const callback of atEndOfTurn.splice(0)) callback();
}

/** Chunks that are asked for and come, so far apart; gives the readings that this took. */
function chunks(count: number, millis: number): number {
  const before = readings;
  for (let chunk = 0; chunk < count; chunk++) {
    clock.tickPull(0);
    time += millis;
    clock.tickArrival(0);
    time += millis;
  }
  return readings - before;
}

describe('the clock', () => {
  it('is read when a chunk is asked for and when it is there', () => {
    clock.tickPull(0);
    expect(clock.reading[0]).toBe(1000);
    time = 1005;
    clock.tickArrival(0);
    expect(clock.reading[0]).toBe(1005);
    expect(readings).toBe(2);
  });

  it('is read twice for each chunk, however many, where they are apart', () => {
    expect(chunks(500, APART)).toBe(1000);
    expect(atEndOfTurn).toEqual([]);
  });

  it('stands still where nobody can read it', () => {
    clock.now();
    vi.spyOn(performance, 'now').mockImplementation(() => {
      throw new Error('taken away');
    });
    expect(clock.now()).toBe(1000);
  });
});

describe('a burst', () => {
  /** The first reading has none before it that it could be close to. */
  const FIRST = 1;
  const BURST = 32;

  it('begins with 32 readings that follow each other closely', () => {
    expect(chunks(16, CLOSE)).toBe(32);
    expect(atEndOfTurn).toHaveLength(0);
    clock.tickPull(0);
    expect(atEndOfTurn).toHaveLength(1);
    expect(readings).toBe(BURST + FIRST);
  });

  it('does not begin where a reading in between is apart', () => {
    chunks(15, CLOSE);
    time += 1;
    expect(chunks(15, CLOSE)).toBe(30);
    expect(atEndOfTurn).toHaveLength(0);
    chunks(10, CLOSE);
    expect(atEndOfTurn).toHaveLength(1);
  });

  it('has one reading for sixteen chunks, which is the last one', () => {
    chunks(17, CLOSE);
    const held = clock.reading[0];
    expect(chunks(14, CLOSE)).toBe(0);
    expect(clock.reading[0]).toBe(held);
    expect(chunks(3, CLOSE)).toBe(1);
    expect(clock.reading[0]).toBeGreaterThan(held!);
    expect(chunks(14, CLOSE)).toBe(0);
    expect(chunks(1, CLOSE)).toBe(1);
  });

  it('is over where sixteen chunks took a millisecond or more', () => {
    chunks(17, CLOSE);
    chunks(14, CLOSE);
    time += 1;
    // The renewal is one of them.
    expect(chunks(3, APART)).toBeGreaterThan(1);
    expect(chunks(10, APART)).toBe(20);
  });

  it('is not over where they took less', () => {
    chunks(17, 0);
    time += 0.99;
    expect(chunks(32, 0)).toBe(2);
  });

  it('is over at the end of the turn', () => {
    chunks(17, CLOSE);
    expect(chunks(10, CLOSE)).toBe(0);
    endTurn();
    expect(chunks(10, APART)).toBe(20);
  });

  it('begins with 6 close readings after one of eight chunks or more', () => {
    chunks(17, CLOSE);
    chunks(8, CLOSE);
    endTurn();
    time += 10;
    expect(chunks(3, CLOSE)).toBe(6);
    expect(atEndOfTurn).toHaveLength(0);
    clock.tickPull(0);
    expect(atEndOfTurn).toHaveLength(1);
  });

  it('is looked for only after 4,096 more readings after one of fewer chunks', () => {
    chunks(17, CLOSE);
    chunks(6, CLOSE);
    endTurn();
    time += 10;
    expect(chunks((4096 + BURST) / 2, CLOSE)).toBe(4096 + BURST);
    expect(atEndOfTurn).toHaveLength(0);
    clock.tickPull(0);
    expect(atEndOfTurn).toHaveLength(1);
  });

  it('needs a way to know the end of the turn', async () => {
    await load(undefined);
    expect(chunks(500, CLOSE)).toBe(1000);
  });
});
