import { readFileSync } from 'node:fs';
import { trace } from '@opentelemetry/api';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { OtlpProtocol, Registration } from '../../src/index';
import { makeCalls } from '../collector/load';
import { isolate, registerForTest } from '../support/clean';
import { recordDiagnostics } from '../support/diagnostics';
import { Authority, HAS_OPENSSL, type Identity, NO_OPENSSL, read } from './authority';
import { type Endpoint, startGrpc, startHttps, startPlain } from './endpoint';

if (!HAS_OPENSSL) console.info(`skipped: ${NO_OPENSSL}`);

const PREFIX = 'OTEL_EXPORTER_OTLP';
const PROTOCOLS = ['http/protobuf', 'http/json', 'grpc'] as const;

let ours: Authority;
let theirs: Authority;
let server: Identity;
let client: Identity;
let endpoint: Endpoint | undefined;
let said: string[];

beforeAll(() => {
  if (!HAS_OPENSSL) return;
  ours = new Authority('ours');
  theirs = new Authority('theirs');
  server = ours.issue('server', 'IP:127.0.0.1');
  client = ours.issue('client', 'DNS:client');
});
afterAll(() => {
  ours?.remove();
  theirs?.remove();
});
beforeEach(() => {
  said = recordDiagnostics();
});
afterEach(() => endpoint?.close());
isolate();

async function start(protocol: OtlpProtocol, mutual = false, identity = server): Promise<Endpoint> {
  const trust = { ...read(identity), ...(mutual && { ca: readFileSync(ours.certificate) }) };
  endpoint = await (protocol === 'grpc' ? startGrpc : startHttps)(trust);
  return endpoint;
}

/** Sends a call's span and metrics to the port. */
async function send(protocol: OtlpProtocol, port: number, timeoutMillis = 10_000, scheme = 'https') {
  vi.stubEnv(`${PREFIX}_ENDPOINT`, `${scheme}://127.0.0.1:${port}`);
  vi.stubEnv(`${PREFIX}_PROTOCOL`, protocol);
  vi.stubEnv(`${PREFIX}_TIMEOUT`, String(timeoutMillis / 2));
  const registration = registerForTest({ prometheus: { listen: false } });
  await makeCalls(1);
  await registration.forceFlush({ timeoutMillis });
  return registration;
}

/** The same, where it can't arrive; the application must not notice. HTTP says so at once, gRPC tries as long as it may. */
const sendInVain = (protocol: OtlpProtocol, port: number): Promise<Registration> =>
  send(protocol, port, protocol === 'grpc' ? 1600 : undefined);

const trustUs = (): void => void vi.stubEnv(`${PREFIX}_CERTIFICATE`, ours.certificate);
const beClient = ({ certificate, key }: Identity): void => {
  vi.stubEnv(`${PREFIX}_CLIENT_CERTIFICATE`, certificate);
  vi.stubEnv(`${PREFIX}_CLIENT_KEY`, key);
};
const problemOf = (registration: Registration): string | undefined =>
  registration.status().problems.find((problem) => problem.startsWith('No traces'));

describe.skipIf(!HAS_OPENSSL).each(PROTOCOLS)('%s over TLS', (protocol) => {
  test('an authority of one’s own', async () => {
    const { port, requests } = await start(protocol);
    trustUs();
    const { exporters } = (await send(protocol, port)).status();
    expect(requests.map(({ path }) => path).sort()).toEqual([
      expect.stringMatching(/metrics/i),
      expect.stringMatching(/trace/i),
    ]);
    expect(exporters.map(({ failed, lastFailure }) => [failed, lastFailure])).toEqual(Array(3).fill([0, undefined]));
  });

  test('the endpoint sees the client’s certificate', async () => {
    const { port, requests } = await start(protocol, true);
    trustUs();
    beClient(client);
    await send(protocol, port);
    expect(requests.map((request) => request.client)).toEqual(['client', 'client']);
  });

  test('the certificate of one signal wins', async () => {
    const { port, requests } = await start(protocol);
    vi.stubEnv(`${PREFIX}_CERTIFICATE`, theirs.certificate);
    vi.stubEnv(`${PREFIX}_TRACES_CERTIFICATE`, ours.certificate);
    await send(protocol, port);
    expect(requests.map(({ path }) => path)).toEqual([expect.stringMatching(/trace/i)]);
  });

  test.each(['no', 'another'])('%s authority: nothing is sent, and the status tells why', async (which) => {
    const { port, requests } = await start(protocol);
    if (which === 'another') vi.stubEnv(`${PREFIX}_CERTIFICATE`, theirs.certificate);
    const registration = await sendInVain(protocol, port);
    expect(requests).toEqual([]);
    expect(problemOf(registration)).toMatch(
      /the certificate is not trusted: name its authority in OTEL_EXPORTER_OTLP_CERTIFICATE/,
    );
  });

  test('a client without a certificate is told that it needs one', async () => {
    const { port, requests } = await start(protocol, true);
    trustUs();
    const registration = await sendInVain(protocol, port);
    expect(requests).toEqual([]);
    expect(problemOf(registration)).toContain('OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE');
  });

  test.each([
    ['is for another host', 'DNS:elsewhere', 1, 'the certificate is for another name'],
    ['is over', 'IP:127.0.0.1', -1, 'the time of the certificate is over'],
  ])('a certificate that %s', async (_, alternative, days, cause) => {
    const { port, requests } = await start(protocol, false, ours.issue('odd', alternative, days));
    trustUs();
    const registration = await sendInVain(protocol, port);
    expect(requests).toEqual([]);
    expect(problemOf(registration)).toContain(cause);
  });

  test('an endpoint without TLS', async () => {
    endpoint = await startPlain();
    const registration = await sendInVain(protocol, endpoint.port);
    expect(endpoint.requests).toEqual([]);
    expect(problemOf(registration)).toContain('the endpoint speaks no TLS: use http://');
  });

  test.each([
    ['that is none', () => vi.stubEnv(`${PREFIX}_CERTIFICATE`, ours.write('none.pem', 'nonsense'))],
    ['that is not there', () => vi.stubEnv(`${PREFIX}_CERTIFICATE`, '/nowhere/ca.pem')],
    ['whose key is another’s', () => beClient({ ...client, key: server.key })],
  ])('a certificate %s harms nobody', async (_, stub) => {
    const { port, requests } = await start(protocol);
    stub();
    const registration = await sendInVain(protocol, port);
    expect(requests).toEqual([]);
    expect(registration.status().problems.length).toBeGreaterThan(0);
    expect(trace.getTracer('test').startSpan('a').isRecording()).toBe(true);
  });
});

test.skipIf(!HAS_OPENSSL)('an endpoint that wants TLS, asked without it', async () => {
  const { port, requests } = await start('http/json');
  const registration = await send('http/json', port, 1600, 'http');
  expect(requests).toEqual([]);
  expect(problemOf(registration)).toContain('https://');
  expect(said.join()).not.toContain('    at ');
});
