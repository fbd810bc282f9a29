import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { get as getPlain } from 'node:http';
import { get } from 'node:https';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { describe, expect, onTestFinished, test } from 'vitest';
import { PrometheusBridge, type PrometheusBridgeOptions } from '../src/index';
import { needs } from './programs';
import { bind, bindExample, catchDiag } from './support';

const loopback = { host: '127.0.0.1', port: 0 } as const;

/** A bridge with so many series of one counter. */
function bindMany(count: number, options: PrometheusBridgeOptions = {}): PrometheusBridge {
  const bridge = new PrometheusBridge(options);
  const views = [{ instrumentName: '*', aggregationCardinalityLimit: 1e6 }];
  const provider = new MeterProvider({ readers: [bridge], views });
  onTestFinished(() => provider.shutdown());
  const counter = provider.getMeter('test').createCounter('calls');
  for (let index = 0; index < count; index++) counter.add(1, { model: `nvidia/nemotron-${index}`, operation: 'chat' });
  return bridge;
}

const series = (page: string): number => page.split('\n').filter((line) => line.startsWith('calls_total{')).length;

/** A scrape on a connection of its own. */
const getPage = (url: string): Promise<[status: number | undefined, page: string]> =>
  new Promise((resolve, reject) => {
    getPlain(url, { agent: false }, (response) => {
      let page = '';
      response.setEncoding('utf8').on('data', (chunk) => {
        page += chunk;
      });
      response.on('end', () => resolve([response.statusCode, page]));
    }).on('error', reject);
  });

async function dial(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1').on('error', () => {});
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  return socket;
}

describe('a scrape of many series', () => {
  test('is whole, and again', async () => {
    const bridge = bindMany(20_000);
    for (let times = 0; times < 3; times++) expect(series(await bridge.scrape())).toBe(20_000);
  });

  test('counts what is recorded meanwhile, now or the next time', async () => {
    const bridge = new PrometheusBridge();
    const views = [{ instrumentName: '*', aggregationCardinalityLimit: 1e6 }];
    const provider = new MeterProvider({ readers: [bridge], views });
    onTestFinished(() => provider.shutdown());
    const counter = provider.getMeter('test').createCounter('calls');
    const add = (): void => {
      for (let index = 0; index < 5000; index++) counter.add(1, { index });
    };
    let total = 0;
    for (let times = 0; times < 5; times++) {
      add();
      const scrape = bridge.scrape();
      // What the SDK collects for itself in between goes into the same totals.
      const collected = times % 2 === 0 ? bridge.collect() : undefined;
      add();
      total += 2;
      await Promise.all([scrape, collected]);
    }
    const page = await bridge.scrape();
    expect(series(page)).toBe(5000);
    for (const line of page.split('\n'))
      if (line.startsWith('calls_total{')) expect(line).toMatch(new RegExp(` ${total}$`));
  });

  test('in two formats at once is whole in both', async () => {
    const bridge = bindMany(20_000);
    const accept = 'application/openmetrics-text';
    const ask = () => bridge.fetch(new Request('http://localhost/metrics', { headers: { accept } }));
    const [text, openMetrics] = await Promise.all([bridge.scrape(), ask().then((response) => response.text())]);
    expect(series(text)).toBe(20_000);
    expect(series(openMetrics)).toBe(20_000);
    expect(openMetrics.endsWith('# EOF\n')).toBe(true);
  });

  test('of which the scraper reads but the beginning leaves the next one whole', async () => {
    const bridge = bindMany(20_000);
    const response = await bridge.fetch(new Request('http://localhost/metrics'));
    await response.body?.cancel();
    expect(series(await bridge.scrape())).toBe(20_000);
  });

  test('lets others have the event loop', async () => {
    const bridge = bindMany(60_000);
    let turns = 0;
    let over = false;
    const takeTurn = () => {
      turns += 1;
      if (!over) setImmediate(takeTurn);
    };
    setImmediate(takeTurn);
    await bridge.scrape();
    over = true;
    expect(turns).toBeGreaterThan(1);
  });
});

describe('a server', () => {
  test('answers a thousand at once', { timeout: 60_000 }, async () => {
    const { bridge, provider } = bindExample();
    // A reading that takes its time: scrapes that come meanwhile wait for the same one.
    provider
      .getMeter('test')
      .createObservableGauge('slow')
      .addCallback(async (result) => {
        await new Promise((resolve) => setTimeout(resolve, 200));
        result.observe(1);
      });
    const { url } = await bridge.listen(loopback);
    const expected = await bridge.scrape();
    const answers = await Promise.all(Array.from({ length: 1000 }, () => getPage(url)));
    expect(new Set(answers.map(([status]) => status))).toEqual(new Set([200]));
    expect(new Set(answers.map(([, page]) => page))).toEqual(new Set([expected]));
    expect(bridge.stats.pages).toBeLessThan(100);
  });

  test('is not held up by clients that read nothing, or say half of what they want', { timeout: 30_000 }, async () => {
    const bridge = bindMany(20_000);
    const { port, url } = await bridge.listen(loopback);
    const silent = await dial(port);
    const half = await dial(port);
    half.write('GET /metrics HT');
    const slow = await dial(port);
    slow.pause();
    slow.write('GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n');
    const gone = await dial(port);
    gone.write('GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n');
    gone.resetAndDestroy();
    for (let times = 0; times < 3; times++) expect(series(await (await fetch(url)).text())).toBe(20_000);
    expect(silent.destroyed).toBe(false);
    slow.resume();
    let read = '';
    for await (const chunk of slow) {
      read += chunk;
      if (read.includes('\r\n0\r\n\r\n')) break;
    }
    expect(series(read.replace(/\r\n[0-9a-f]+\r\n/g, ''))).toBe(20_000);
  });

  test('tells whether it is there and whether there are metrics', async () => {
    const { bridge, provider } = bind();
    const { port } = await bridge.listen(loopback);
    const ask = async (path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).status;
    expect([await ask('/-/healthy'), await ask('/-/ready')]).toEqual([200, 200]);
    await provider.shutdown();
    const unbound = new PrometheusBridge();
    const other = await unbound.listen(loopback);
    onTestFinished(() => other.close());
    const status = async (path: string) => (await fetch(`http://127.0.0.1:${other.port}${path}`)).status;
    expect([await status('/-/healthy'), await status('/-/ready')]).toEqual([200, 503]);
  });

  test('speaks TLS', async (context) => {
    needs(context, { command: 'openssl', probe: ['version'], install: 'apt-get install openssl' });
    const folder = mkdtempSync(join(tmpdir(), 'tls-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const [keyFile, certFile] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost', '-days', '2', '-nodes'];
    const files = ['-keyout', keyFile, '-out', certFile];
    const kind = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'];
    execFileSync('openssl', [...kind, ...subject, ...files], { stdio: 'ignore' });
    const { bridge } = bindExample();
    const cert = readFileSync(certFile);
    const { url } = await bridge.listen({ port: 0, tls: { key: readFileSync(keyFile), cert } });
    expect(url).toMatch(/^https:\/\/localhost:/);
    const page = await new Promise<string>((resolve, reject) => {
      get(url, { ca: cert }, (response) => {
        let text = '';
        response.on('data', (chunk) => {
          text += chunk;
        });
        response.on('end', () => resolve(text));
      }).on('error', reject);
    });
    expect(page).toBe(await bridge.scrape());
  });
});

describe('the time of a scrape', () => {
  const hung = (options: PrometheusBridgeOptions = {}) => {
    const never = { collect: () => new Promise<never>(() => {}) };
    return bind({ metricProducers: [never], ...options }).bridge;
  };
  const ask = (bridge: PrometheusBridge, seconds: string) => {
    const headers = { 'x-prometheus-scrape-timeout-seconds': seconds };
    return bridge.fetch(new Request('http://localhost/metrics', { headers }));
  };

  test('is nine tenths of what the scraper says, and the answer is clear', async () => {
    catchDiag();
    const response = await ask(hung(), '0.1');
    expect(response.status).toBe(503);
    expect(await response.text()).toBe('No metrics: collecting them took longer than 90 ms\n');
  });

  test.each(['10', 'soon', '-1', '0'])('is the option where that is less than %s', async (seconds) => {
    catchDiag();
    const response = await ask(hung({ timeoutMillis: 50 }), seconds);
    expect(await response.text()).toBe('No metrics: collecting them took longer than 50 ms\n');
  });

  test('of a producer of families is over before the page is', async () => {
    const said = catchDiag();
    const never = { collectFamilies: () => new Promise<never>(() => {}) };
    const { bridge, provider } = bind({ familyProducers: [never], timeoutMillis: 100 });
    provider.getMeter('test').createGauge('size').record(1);
    expect(await bridge.scrape()).toBe('# TYPE size gauge\nsize 1\n');
    expect(said).toHaveLength(1);
  });
});

test('what fails while a page is made breaks the answer off, and the next one is whole', async () => {
  catchDiag();
  let fails = true;
  const label = { toString: (): string => (fails ? (undefined as never) : 'ok') };
  const many = Array.from({ length: 20_000 }, (_, index) => ({ labels: { index: String(index) }, value: 1 }));
  const broken = {
    labels: {
      get of(): string {
        if (fails) throw new Error('broken');
        return String(label);
      },
    },
    value: 1,
  };
  const collectFamilies = async () => [
    { name: 'a', type: 'gauge' as const, help: '', unit: '', series: [...many, broken] },
  ];
  const { bridge } = bind({ familyProducers: [{ collectFamilies }] });
  const { url } = await bridge.listen(loopback);
  await expect(
    fetch(url, { headers: { 'accept-encoding': 'identity' } }).then((response) => response.text()),
  ).rejects.toThrow();
  fails = false;
  expect((await (await fetch(url)).text()).split('\n')).toHaveLength(20_003);
});

describe('a series that goes away', () => {
  test('takes no labels of another with it', async () => {
    const { bridge, provider } = bind();
    const counter = provider.getMeter('test').createCounter('calls');
    for (const of of ['a', 'b', 'c']) counter.add(1, { of });
    await bridge.scrape();
    // As a meter does that ends a series.
    const { _metricStorages, _writableMetricStorage } = counter as never as Record<
      string,
      { _temporalMetricStorage: Temporal }
    >;
    const { _temporalMetricStorage: temporal } = (_writableMetricStorage ?? _metricStorages)!;
    for (const { accumulations } of temporal._reportHistory.values()) {
      for (const map of [accumulations._keyMap, accumulations._valueMap]) map.delete([...map.keys()][0] ?? '');
    }
    for (const expected of [
      ['b', 'c'],
      ['b', 'c', 'd'],
      ['b', 'c', 'd', 'a'],
    ]) {
      const page = await bridge.scrape();
      expect([...page.matchAll(/^calls_total\{of="(.)"\} 1$/gm)].map(([, of]) => of)).toEqual(expected);
      counter.add(1, { of: expected.length === 2 ? 'd' : 'a' });
    }
  });
});

interface Temporal {
  readonly _reportHistory: Map<unknown, { accumulations: Record<'_keyMap' | '_valueMap', Map<string, unknown>> }>;
}

/** CPU time of this thread in its longest turn, in milliseconds: other work on the machine does not count. */
async function longestTurn(work: () => Promise<unknown>): Promise<number> {
  const now = (): number => {
    const { user, system } = process.threadCpuUsage();
    return (user + system) / 1000;
  };
  let before = now();
  let longest = 0;
  const turn = (): void => {
    longest = Math.max(longest, now() - before);
    before = now();
  };
  const timer = setInterval(turn, 1);
  await work();
  turn();
  clearInterval(timer);
  return longest;
}

describe('the event loop', () => {
  test('is not held up longer than 20 ms by a scrape of 50,000 series', { timeout: 60_000 }, async (context) => {
    if (typeof process.threadCpuUsage !== 'function') context.skip('this Node does not tell the CPU time of a thread');
    const bridge = bindMany(50_000);
    await bridge.scrape();
    expect(await longestTurn(() => bridge.scrape())).toBeLessThan(20);
  });
});
