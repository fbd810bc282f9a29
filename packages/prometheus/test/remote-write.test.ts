import * as client from 'prom-client';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { FamilySnapshot } from '../src/family';
import { createRegistryFamilies } from '../src/prom-client/index';
import { type FamilySource, type RemoteWriteOptions, type RemoteWriter, startRemoteWrite } from '../src/push/index';
import { comparable } from './fuzz';
import type { Sample } from './parse-page';
import { needs, PROMETHEUS, PROMETHEUS_3 } from './programs';
import { readOwnPage, usedRegistry } from './prom-client';
import { freePort, samplesIn, startReceiver } from './push-programs';
import { readWriteRequest } from './read-write-request';
import { type Received, startRecorder } from './receiver';

const PATH = '/api/v1/write';
const WRITTEN = { 'x-prometheus-remote-write-samples-written': '1' };

const sourceOf = (registry: Parameters<typeof createRegistryFamilies>[0]): FamilySource => ({
  families: () => createRegistryFamilies(registry).collectFamilies({ timeoutMillis: 1000 }),
});

/** A counter, and a source that holds it alone. */
function oneCounter(): { counter: client.Counter; source: FamilySource } {
  const registry = new client.Registry();
  return {
    counter: new client.Counter({ name: 'jobs_total', help: 'Jobs', registers: [registry] }),
    source: sourceOf(registry),
  };
}

/** Writes when it is flushed, not by itself. */
function write(source: FamilySource, options: RemoteWriteOptions): RemoteWriter {
  const writer = startRemoteWrite(source, { intervalMillis: 2 ** 30, ...options });
  onTestFinished(() => writer.shutdown(10));
  return writer;
}

const values = (requests: readonly Received[]): number[] =>
  requests.flatMap(({ body }) => readWriteRequest(body).series.map(({ value }) => value));

describe('what is written', () => {
  test('is what the page says, to Prometheus 2', async (context) => {
    needs(context, PROMETHEUS);
    const address = await startReceiver(PROMETHEUS, await freePort());
    const registry = usedRegistry(client);
    const writer = write(sourceOf(registry), { url: address + PATH, labels: { job: 'test' }, maxSamplesPerRequest: 7 });
    await writer.flush();
    const expected = readOwnPage(await registry.metrics()).map((sample) => ({
      ...sample,
      labels: { ...sample.labels, job: 'test' },
    }));
    expect(writer.state()).toMatchObject({ lastError: undefined, lostSamples: 0, sentSamples: expected.length });
    expect(comparable((await samplesIn(address)).map(withGoBounds))).toEqual(comparable(expected.map(withGoBounds)));
  });

  test.for([PROMETHEUS, PROMETHEUS_3])(
    'is the same when 2.0 is wanted of $command, whatever it knows',
    async (program, context) => {
      needs(context, program);
      const target = await startReceiver(
        program,
        await freePort(),
        ...(program === PROMETHEUS
          ? []
          : ['--web.remote-write-receiver.accepted-protobuf-messages=io.prometheus.write.v2.Request']),
      );
      const recorder = await startRecorder(() => undefined, target);
      const registry = usedRegistry(client);
      const writer = write(sourceOf(registry), { url: recorder.url + PATH, version: '2.0', maxSamplesPerRequest: 11 });
      await writer.flush();
      const expected = readOwnPage(await registry.metrics());
      expect(writer.state()).toMatchObject({ lastError: undefined, lostSamples: 0, sentSamples: expected.length });
      expect(comparable((await samplesIn(target)).map(withGoBounds))).toEqual(comparable(expected.map(withGoBounds)));
      const versions = recorder.requests.slice(1).map(({ headers }) => headers['x-prometheus-remote-write-version']);
      expect(new Set(versions)).toEqual(new Set([program === PROMETHEUS ? '0.1.0' : '2.0.0']));
    },
  );

  test.for([
    { program: PROMETHEUS, version: '1.0' },
    { program: PROMETHEUS_3, version: '2.0' },
  ] as const)('ends with its series, by version $version', async ({ program, version }, context) => {
    needs(context, program);
    const address = await startReceiver(program, await freePort());
    const registry = new client.Registry();
    const level = new client.Gauge({ name: 'level', help: 'x', labelNames: ['room'], registers: [registry] });
    const times = new client.Histogram({ name: 'times', help: 'x', labelNames: ['room'], registers: [registry] });
    for (const room of ['a', 'b']) {
      level.set({ room }, 1);
      times.observe({ room }, 1);
    }
    const writer = write(sourceOf(registry), { url: address + PATH, version });
    await writer.flush();
    expect((await samplesIn(address)).length).toBe(2 + 2 * 14);
    level.remove({ room: 'a' });
    times.remove({ room: 'b' });
    await writer.flush();
    expect((await samplesIn(address, 'level')).map(({ labels }) => labels.room)).toEqual(['b']);
    expect((await samplesIn(address, '{room="b"}')).map(({ name }) => name)).toEqual(['level']);
    level.set({ room: 'a' }, 2);
    await writer.flush();
    expect((await samplesIn(address, 'level{room="a"}')).map(({ value }) => value)).toEqual([2]);
    expect(writer.state()).toMatchObject({ lostSamples: 0, lastError: undefined });
  });

  test('carries types, a time that only grows, and the labels of the service', async () => {
    const { url, requests } = await startRecorder(() => undefined);
    const target: FamilySnapshot = {
      name: 'target_info',
      type: 'info',
      help: '',
      unit: '',
      series: [{ labels: { service_name: 'chat', service_namespace: 'shop', service_instance_id: 'i1' }, value: 1 }],
    };
    const { source, counter } = oneCounter();
    const writer = write({ families: async () => [target, ...(await source.families())] }, { url });
    await writer.flush();
    counter.inc();
    await writer.flush();
    const [one, two] = requests.map(({ body }) => readWriteRequest(body));
    expect(one?.types).toEqual({ target_info: 6, jobs_total: 1 });
    expect(one?.series[1]).toMatchObject({
      labels: { __name__: 'jobs_total', job: 'shop/chat', instance: 'i1' },
      value: 0,
    });
    expect(two?.series[1]?.value).toBe(1);
    expect(two?.series[1]?.time).toBeGreaterThan(one?.series[1]?.time ?? 0);
    expect(Object.keys(one?.series[1]?.labels ?? {})).toEqual(['__name__', 'instance', 'job']);
    expect(Math.abs(Date.now() - (two?.series[1]?.time ?? 0))).toBeLessThan(5000);
  });

  test('has the headers of the protocol, and those of the user beside them', async () => {
    const { url, requests } = await startRecorder(() => undefined);
    const headers = { Authorization: 'Bearer x', 'Content-Type': 'text/plain', 'X-Scope-OrgID': '1' };
    await write(oneCounter().source, { url, headers }).flush();
    expect(requests[0]?.headers).toMatchObject({
      authorization: 'Bearer x',
      'x-scope-orgid': '1',
      'content-type': 'application/x-protobuf',
      'content-encoding': 'snappy',
      'x-prometheus-remote-write-version': '0.1.0',
      'user-agent': expect.stringMatching(/^llm-otel-prometheus\//),
    });
  });
});

describe('when the other side', () => {
  test('is away for a while, all comes in order when it is back', async () => {
    const { url, requests } = await startRecorder((index) => (index < 2 ? { status: 503 } : undefined));
    const { source, counter } = oneCounter();
    const writer = write(source, { url });
    await writer.flush(50);
    counter.inc();
    await writer.flush();
    expect(values(requests)).toEqual([0, 0, 0, 1]);
    expect(writer.state()).toMatchObject({ sentSamples: 2, lostSamples: 0, queuedBytes: 0 });
    expect(writer.state().lastError?.message).toBe(`${url} answered 503`);
  });

  test('was never there, no more waits than was said, and the rest is counted as lost', async () => {
    const { source, counter } = oneCounter();
    const url = `http://127.0.0.1:${await freePort()}${PATH}`;
    const writer = write(source, { url, maxQueueBytes: 300 });
    for (let round = 0; round < 10; round += 1) {
      counter.inc();
      await writer.flush(100);
      expect(writer.state().queuedBytes).toBeLessThanOrEqual(300);
    }
    expect(writer.state().queuedBytes).toBeGreaterThan(0);
    expect(writer.state().lostSamples).toBeGreaterThan(3);
    expect(writer.state().lastError?.message).toContain(`${url} was not reached: `);
    await writer.shutdown(100);
    expect(writer.state()).toMatchObject({ sentSamples: 0, lostSamples: 11, queuedBytes: 0 });
  });

  test('refuses something, that is not sent again, and told of', async () => {
    const { url, requests } = await startRecorder((index) =>
      index === 0 ? { status: 400, text: 'out of order' } : undefined,
    );
    const { source, counter } = oneCounter();
    const writer = write(source, { url });
    await writer.flush();
    counter.inc();
    await writer.flush();
    expect(values(requests)).toEqual([0, 1]);
    expect(writer.state()).toMatchObject({ sentSamples: 1, lostSamples: 1 });
    expect(writer.state().lastError?.message).toBe(`${url} answered 400: out of order`);
  });

  test('says when to come again, it is not troubled before', async () => {
    const { url, requests } = await startRecorder((index) =>
      index === 0 ? { status: 429, headers: { 'retry-after': '1' } } : undefined,
    );
    await write(oneCounter().source, { url }).flush();
    expect(requests.length).toBe(2);
    expect(requests[1]!.at - requests[0]!.at).toBeGreaterThanOrEqual(990);
  });

  test('is away when 2.0 is wanted, nothing is lost and 2.0 is asked for again', async () => {
    const { url, requests } = await startRecorder((index) =>
      index < 2 ? { status: 503 } : { status: 204, headers: WRITTEN },
    );
    const writer = write(oneCounter().source, { url, version: '2.0' });
    await writer.flush();
    await writer.flush();
    expect(writer.state()).toMatchObject({ sentSamples: 2, lostSamples: 0 });
    expect(requests.map(({ headers }) => headers['x-prometheus-remote-write-version'])).toEqual([
      '2.0.0',
      '0.1.0',
      '0.1.0',
      '2.0.0',
      '2.0.0',
    ]);
  });

  test('hangs, an attempt ends in time', async () => {
    const { url } = await startRecorder(() => 'hang');
    const writer = write(oneCounter().source, { url, timeoutMillis: 50 });
    await writer.flush(200);
    expect(writer.state().lastError?.message).toContain('was not reached');
  });
});

test('a source that fails is told of, and asked again', async () => {
  const { url, requests } = await startRecorder(() => undefined);
  const { source } = oneCounter();
  let calls = 0;
  const families = async () => {
    calls += 1;
    if (calls === 1) throw new Error('not now');
    return source.families();
  };
  const writer = write({ families }, { url });
  await writer.flush();
  expect(writer.state().lastError?.message).toBe('not now');
  await writer.flush();
  expect(requests.length).toBe(1);
});

test('it collects by itself, and once more when it is shut down', async () => {
  const { url, requests } = await startRecorder(() => undefined);
  const { source, counter } = oneCounter();
  const writer = startRemoteWrite(source, { url, intervalMillis: 30 });
  await expect.poll(() => requests.length).toBeGreaterThan(2);
  counter.inc(7);
  await writer.shutdown();
  const count = requests.length;
  expect(values(requests).at(-1)).toBe(7);
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(requests.length).toBe(count);
});

const withGoBounds = ({ labels, ...sample }: Sample): Sample => ({
  ...sample,
  labels: labels.le === undefined ? labels : { ...labels, le: String(Number(labels.le.replace('Inf', 'Infinity'))) },
});
