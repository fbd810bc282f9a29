import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { type Receiver, startReceiver } from '../support/receiver';

const APPLICATION = fileURLToPath(new URL('application.mjs', import.meta.url));
const BUILT = existsSync(new URL('../../dist/index.js', import.meta.url));

let receiver: Receiver;
afterEach(() => receiver.close());

interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly said: string;
  readonly millis: number;
}

async function run(way: string, hang: boolean): Promise<Ended> {
  receiver = await startReceiver({ hang });
  const environment = Object.entries(process.env).filter(([name]) => !name.startsWith('OTEL_'));
  const child = spawn(process.execPath, [APPLICATION, receiver.url, way], { env: Object.fromEntries(environment) });
  let said = '';
  child.stdout.on('data', (data) => {
    said += data;
  });
  child.stderr.resume();
  const exit = once(child, 'exit');
  if (way !== 'throws') await once(child.stdout, 'data');
  const start = performance.now();
  if (way.includes('SIGTERM')) child.kill('SIGTERM');
  const [code, signal] = (await exit) as [number | null, string | null];
  return { code, signal, said, millis: performance.now() - start };
}

const WAYS = [
  ['runs out of work', 0, null],
  ['runs out of work with an exit code', 3, null],
  ['gets SIGTERM', null, 'SIGTERM'],
  ['gets SIGTERM and has a listener', 7, null],
] as const;

describe.skipIf(!BUILT)('a process that', () => {
  test.each(WAYS)('%s: what waits is sent, and it ends as ever', async (way, code, signal) => {
    const ended = await run(way, false);
    expect(ended).toMatchObject({ code, signal });
    expect(receiver.to('traces')).toHaveLength(1);
    expect(receiver.to('metrics').length).toBeGreaterThan(0);
  });

  test.each(WAYS)('%s while the Collector hangs: it ends at the deadline, as ever', async (way, code, signal) => {
    const ended = await run(way, true);
    expect(ended).toMatchObject({ code, signal });
    expect(ended.millis).toBeGreaterThan(600);
    expect(ended.millis).toBeLessThan(3000);
  });

  test('throws ends with its own code at once', async () => {
    expect(await run('throws', true)).toMatchObject({ code: 1, signal: null });
  });

  test('works on in its own beforeExit is not cut off', async () => {
    const ended = await run('works on in its own beforeExit', true);
    expect([ended.code, ended.said]).toEqual([0, expect.stringContaining('worked on')]);
  });
});
