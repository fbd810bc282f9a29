import { describe, expect, test } from 'vitest';
import { Inbox } from '../src/cluster/inbox';
import { type Changes, notePaced } from '../src/cluster/merge';
import type { MetricPart } from '../src/cluster/part';
import { bodyOf, portions } from '../src/push/portions';

/** How often others had the event loop while this was done; no time, which depends on what else the machine does. */
async function turnsDuring(work: () => Promise<unknown>): Promise<number> {
  let turns = 0;
  let over = false;
  const takeTurn = (): void => {
    turns += 1;
    if (!over) setImmediate(takeTurn);
  };
  setImmediate(takeTurn);
  await work();
  over = true;
  return turns;
}

const labels = (index: number) => ({ model: `nvidia/nemotron-${index}`, operation: 'chat' });

describe('others have the event loop while', () => {
  test.each(['1.0', '2.0'] as const)('a request of remote write %s is made', async (version) => {
    const series = Array.from({ length: 60_000 }, (_, index) => ({ labels: labels(index), value: index }));
    const family = { name: 'calls_total', type: 'counter', help: '', unit: '', series } as const;
    const [samples] = portions([family], [], series.length);
    const body = () => bodyOf({ time: 1, labels: {}, samples: samples ?? [] }, version);
    // One turn before it and one before compressing are there in any case.
    expect(await turnsDuring(body)).toBeGreaterThan(4);
  });

  test('the gauges of a process are looked through', async () => {
    const points = Array.from({ length: 100_000 }, (_, index) => ({ attributes: labels(index), value: index }));
    const metric = { name: 'level', unit: '', description: '', kind: 'gauge', scope: { name: 'test' } } as const;
    const changes: Changes = new Map();
    const note = () => notePaced(changes, [{ ...metric, fault: undefined, points } satisfies MetricPart]);
    expect(await turnsDuring(note)).toBeGreaterThan(1);
    expect([...changes.values()].map(({ size }) => size)).toEqual([100_000]);
  });

  test('the reports of many processes are read, which come at once and are read in order', async () => {
    const inbox = new Inbox();
    const read: number[] = [];
    const turns = await turnsDuring(
      () =>
        new Promise<void>((resolve) => {
          for (let report = 0; report < 50; report++) inbox.add(() => readSlowly(report));
          inbox.add(resolve);
        }),
    );
    expect(turns).toBeGreaterThan(10);
    expect(read).toEqual(Array.from({ length: 50 }, (_, report) => report));

    function readSlowly(report: number): void {
      for (const end = performance.now() + 2; performance.now() < end; );
      read.push(report);
    }
  });
});
