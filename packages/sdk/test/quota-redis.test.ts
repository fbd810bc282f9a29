import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { wrapOpenAI } from '@grump/llm-otel-openai';
import { freePort, startMockNim } from '@grump/llm-otel-testing';
import { Redis } from 'ioredis';
import OpenAI from 'openai';
import { createClient } from 'redis';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type QuotaStore, quota, redisStore } from '../src/index';

const isThere = spawnSync('redis-server', ['--version']).status === 0;
const HOUR = 3_600_000;

let server: ChildProcess;
let port: number;
const closing: (() => unknown)[] = [];

async function startServer(): Promise<void> {
  server = spawn('redis-server', ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no']);
  await new Promise<void>((resolve) => {
    server.stdout!.on('data', (data) => String(data).includes('Ready to accept') && resolve());
  });
}

const stopServer = () =>
  new Promise((resolve) => {
    server.once('exit', resolve);
    server.kill();
  });

beforeAll(async () => {
  if (!isThere) return;
  port = await freePort();
  await startServer();
});
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});
afterAll(() => isThere && stopServer());

async function openIoRedis() {
  const client = new Redis({ port, host: '127.0.0.1' });
  client.on('error', () => {});
  closing.push(() => client.disconnect());
  return client;
}

async function openNodeRedis() {
  const client = createClient({ url: `redis://127.0.0.1:${port}` });
  client.on('error', () => {});
  await client.connect();
  closing.push(() => client.destroy());
  return client;
}

const entry = (id: string, amount: number) => ({ id, windowMillis: HOUR, amount });
const currentOf = async (store: QuotaStore, id: string, amount = 0) =>
  (await store.add([entry(id, amount)], Date.now()))[0]!.current;

describe.skipIf(!isThere)('redisStore, with a real server (skipped where there is no redis-server)', () => {
  it.each([
    ['ioredis', openIoRedis],
    ['redis', openNodeRedis],
  ])('shares counters by a client of %s, and loses none at the same time', async (_name, open) => {
    const id = `shared ${_name}`;
    const stores = [redisStore(await open()), redisStore(await open()), redisStore(await open())];
    const counts = await Promise.all(Array.from({ length: 300 }, (_, turn) => currentOf(stores[turn % 3]!, id, 1)));
    expect(counts.sort((one, other) => one - other)).toEqual(Array.from({ length: 300 }, (_, turn) => turn + 1));
    expect(await currentOf(stores[0]!, id, 0.25)).toBe(300.25);
    expect(await currentOf(stores[1]!, id, -1)).toBe(299.25);
  });

  it('reads the window before, and lets counters go when they are of no use', async () => {
    const client = await openIoRedis();
    const store = redisStore(client, { prefix: 'mine' });
    const now = Date.now();
    await store.add([entry('window', 3)], now - HOUR);
    expect(await store.add([entry('window', 4), entry('another', 0)], now)).toEqual([
      { current: 4, previous: 3 },
      { current: 0, previous: 0 },
    ]);
    const keys = await client.keys('{mine}:*');
    expect(keys).toHaveLength(2);
    for (const key of keys) expect(await client.pttl(key)).toBeGreaterThan(HOUR);
  });

  it('refuses a call here for what was used elsewhere', async () => {
    const nim = await startMockNim();
    const elsewhere = redisStore(await openNodeRedis(), { prefix: 'fleet' });
    const limits = quota({
      tokensPerDay: 1000,
      refuse: true,
      store: redisStore(await openIoRedis(), { prefix: 'fleet' }),
    });
    closing.push(
      () => limits.shutdown(),
      () => nim.close(),
    );
    const client = wrapOpenAI(new OpenAI({ baseURL: nim.baseURL, apiKey: 'test' }));
    const call = () => client.chat.completions.create({ model: 'm', messages: [] });
    const { usage } = await call();
    const id = 'all::tokensPerDay';
    const read = async () =>
      (await elsewhere.add([{ id, windowMillis: 24 * HOUR, amount: 0 }], Date.now()))[0]!.current;
    await expect.poll(read).toBe(usage!.total_tokens);
    await elsewhere.add([{ id, windowMillis: 24 * HOUR, amount: 1000 }], Date.now());
    await expect(call()).rejects.toMatchObject({ name: 'QuotaExceededError', used: usage!.total_tokens + 1000 });
    expect(nim.requests).toHaveLength(1);
  });

  it('keeps those with another prefix apart', async () => {
    const client = await openNodeRedis();
    await currentOf(redisStore(client, { prefix: 'one' }), 'same', 5);
    expect(await currentOf(redisStore(client, { prefix: 'other' }), 'same', 1)).toBe(1);
  });

  it('goes by its own counts while the server is gone, without waiting for it, and shares again', async () => {
    const client = await openIoRedis();
    const store = redisStore(client, { timeoutMillis: 100 });
    expect(await currentOf(store, 'outage', 2)).toBe(2);
    await stopServer();
    const began = performance.now();
    expect(await currentOf(store, 'outage', 1)).toBe(3);
    for (let turn = 0; turn < 100; turn++) await currentOf(store, 'outage', 1);
    expect(performance.now() - began).toBeLessThan(1000);
    expect(await currentOf(store, 'outage')).toBe(103);
    await startServer();
    const later = Date.now() + 6000;
    await expect
      .poll(async () => (await store.add([entry('outage', 1)], later))[0]!.current, { timeout: 8000 })
      .toBeLessThan(100);
  });
});
