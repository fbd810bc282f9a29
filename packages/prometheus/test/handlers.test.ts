import { createServer, type RequestListener, type ServerOptions } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { MetricProducer } from '@opentelemetry/sdk-metrics';
import { describe, expect, onTestFinished, test } from 'vitest';
import { PrometheusBridge } from '../src/index';
import { producer, scalar } from './produce';
import { bind, catchDiag } from './support';

const PAGE = '# TYPE size gauge\nsize{of="é"} 1\n';
const example = () => bind({ metricProducers: [producer([scalar('gauge', 'size', [[{ of: 'é' }, 1]])])] }).bridge;

type Ask = (init?: RequestInit) => Promise<Response>;

/** Asks over real HTTP. */
async function overHttp(handler: RequestListener, options: ServerOptions = {}): Promise<Ask> {
  const server = createServer(options, handler);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return (init) => fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/anything`, init);
}

const ways: readonly (readonly [string, (bridge: PrometheusBridge) => Promise<Ask>])[] = [
  ['handler', ({ handler }) => overHttp(handler)],
  [
    'fetch',
    async ({ fetch }) =>
      (init) =>
        fetch(new Request('http://localhost/metrics', init)),
  ],
];

describe.each(ways)('%s', (_, serve) => {
  test('answers GET with the page', async () => {
    const ask = await serve(example());
    const response = await ask();
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(await response.text()).toBe(PAGE);
  });

  test('answers HEAD with the headers alone', async () => {
    const ask = await serve(example());
    const response = await ask({ method: 'HEAD', headers: { 'accept-encoding': 'identity' } });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(response.headers.get('content-length')).toBe(String(Buffer.byteLength(PAGE)));
    expect(await response.text()).toBe('');
  });

  test.each(['POST', 'PUT', 'DELETE', 'OPTIONS'])('refuses %s', async (method) => {
    const ask = await serve(example());
    const response = await ask({ method });
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('GET, HEAD');
    expect(await response.text()).toBe('Metrics are read with GET\n');
  });

  test('tells of a failed collection in short, and the next answer is whole', async () => {
    const said = catchDiag();
    const inner = producer([scalar('gauge', 'size', [[{ of: 'é' }, 1]])]);
    let broken = true;
    const collect: MetricProducer['collect'] = async () => {
      if (broken) throw new Error('postgres://user:secret@host');
      return inner.collect();
    };
    const ask = await serve(bind({ metricProducers: [{ collect }] }).bridge);
    const failed = await ask();
    expect(failed.status).toBe(500);
    expect(await failed.text()).toBe("No metrics: the reason is in OpenTelemetry's diagnostic log\n");
    expect(said).toEqual([expect.stringContaining('postgres://user:secret@host')]);
    broken = false;
    const whole = await ask();
    expect(whole.status).toBe(200);
    expect(await whole.text()).toBe(PAGE);
  });

  test('tells of a bridge that is in no meter provider', async () => {
    catchDiag();
    const ask = await serve(new PrometheusBridge());
    const response = await ask();
    expect(response.status).toBe(500);
    expect(await response.text()).toBe('No metrics: the bridge is not in the `readers` of a MeterProvider\n');
  });

  test('answers a hundred at once', async () => {
    const ask = await serve(example());
    const pages = await Promise.all(Array.from({ length: 100 }, async () => (await ask()).text()));
    expect(new Set(pages)).toEqual(new Set([PAGE]));
  });
});

test('handler keeps to a server that refuses bodies where there are none', async () => {
  const ask = await overHttp(example().handler, { rejectNonStandardBodyWrites: true });
  expect((await ask({ method: 'HEAD' })).status).toBe(200);
});

test('handler survives a response that has gone out already', async () => {
  const said = catchDiag();
  const { handler } = example();
  const ask = await overHttp((request, response) => {
    response.end('too late');
    void handler(request, response);
  });
  expect(await (await ask()).text()).toBe('too late');
  await expect.poll(() => said).toEqual([expect.stringContaining('the answer to a scrape could not be sent')]);
});
