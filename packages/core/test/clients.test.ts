import { type TracerProvider, trace } from '@opentelemetry/api';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Destination, ProviderDescriptor } from '../src/descriptor';
import { parseURL } from '../src/watch';
import { wrapClient } from '../src/wrap';
import { createCountingTracer } from './counting-tracer';
import { createFakeClient, provider as plain } from './fake-sdk';
import { useTelemetry } from './measure';

afterEach(() => trace.disable());

const answer = async () => ({ end: 'stop' });

/** What the span of one call to such a place says of the server. */
async function serverOf(destination: Destination) {
  const { spans, tracerProvider } = createCountingTracer();
  const client = wrapClient(createFakeClient(answer), { ...plain, destination: () => destination }, { tracerProvider });
  await client.chat.create({});
  const { attributes } = spans[0]!;
  return {
    provider: attributes['gen_ai.provider.name'],
    address: attributes['server.address'],
    port: attributes['server.port'],
  };
}

describe('where a client sends its calls', () => {
  it.each([
    ['http://localhost:8000/v1', 'localhost', 8000],
    ['http://localhost/v1', 'localhost', 80],
    ['https://integrate.api.nvidia.com/v1', 'integrate.api.nvidia.com', 443],
    ['https://example.com:8443/', 'example.com', 8443],
    ['wss://example.com/', 'example.com', 443],
    ['unix:/var/run/socket', undefined, undefined],
    ['no URL', undefined, undefined],
    [undefined, undefined, undefined],
  ])('%s is on its spans', async (baseURL, address, port) => {
    expect(await serverOf({ provider: 'x', baseURL })).toEqual({ provider: 'x', address, port });
  });

  it.each([
    [{ provider: 'nvidia-nim-local' }, 'nvidia_nim_local'],
    [{ provider: 'azure', genAiProvider: 'azure.ai.openai' }, 'azure.ai.openai'],
  ])('%o has a provider name of the conventions', async (destination, name) => {
    expect(await serverOf({ ...destination, baseURL: undefined })).toMatchObject({ provider: name });
  });

  it('is asked once, and again when the base URL of the client is another', async () => {
    const { meterProvider, total } = useTelemetry();
    const destination = vi.fn((client: object) => ({
      provider: (client as { baseURL: string }).baseURL,
      baseURL: undefined,
    }));
    const client = wrapClient(
      { ...createFakeClient(answer), baseURL: 'first' },
      { ...plain, destination },
      { meterProvider, provider: 'mine' },
    );
    await client.chat.create({});
    await client.chat.create({});
    expect(destination).toHaveBeenCalledTimes(1);
    expect(destination).toHaveBeenCalledWith(client, 'mine');
    client.baseURL = 'second';
    await client.chat.create({});
    await client.chat.create({});
    expect(destination).toHaveBeenCalledTimes(2);
    expect(await total('llm_requests_total', { provider: 'first' })).toBe(2);
    expect(await total('llm_requests_total', { provider: 'second' })).toBe(2);
  });

  it('is learnt without running a getter of the client', async () => {
    const getter = vi.fn(() => 'computed');
    const client = Object.defineProperty(createFakeClient(answer), 'baseURL', { get: getter });
    await wrapClient(client, plain).chat.create({});
    expect(getter).not.toHaveBeenCalled();
  });
});

describe('a URL', () => {
  it('is taken apart', () => {
    expect(parseURL('http://host:81/path')).toMatchObject({ hostname: 'host', port: '81', protocol: 'http:' });
  });

  it.each([undefined, '', '/path', '//host'])('is none: %s', (url) => {
    expect(parseURL(url)).toBeUndefined();
  });
});

describe('the tracer', () => {
  const counted = (): { getTracer: ReturnType<typeof vi.fn>; tracerProvider: TracerProvider } => {
    const { tracerProvider } = createCountingTracer();
    const getTracer = vi.fn(tracerProvider.getTracer);
    return { getTracer, tracerProvider: { getTracer } };
  };

  it('is asked for once, by name, version and schema', async () => {
    const { getTracer, tracerProvider } = counted();
    const client = wrapClient(createFakeClient(answer), plain, { tracerProvider });
    await client.chat.create({});
    await client.chat.create({});
    expect(getTracer.mock.calls).toEqual([
      ['@grump/llm-otel-core', expect.stringMatching(/^\d/), { schemaUrl: expect.stringMatching(/^https:.*gen-ai/) }],
    ]);
  });

  it('is that of the global provider as it is now, asked for once each', async () => {
    const client = wrapClient(createFakeClient(answer), plain);
    await client.chat.create({});
    const [first, second] = [counted(), counted()];
    for (const { tracerProvider, getTracer } of [first, second]) {
      trace.disable();
      trace.setGlobalTracerProvider(tracerProvider);
      await client.chat.create({});
      await client.chat.create({});
      expect(getTracer).toHaveBeenCalledTimes(1);
    }
    expect(first.getTracer).toHaveBeenCalledTimes(1);
  });
});

it('the models that calls are about are told by their own names, provider by provider', async () => {
  const { meterProvider, total } = useTelemetry();
  const other: ProviderDescriptor = { ...plain, destination: () => ({ provider: 'other', baseURL: undefined }) };
  for (const descriptor of [plain, other]) {
    await wrapClient(createFakeClient(answer), descriptor, { meterProvider }).chat.create({ model: 'fake-1' });
  }
  expect(await total('llm_requests_total', { provider: 'fake', model: 'fake-1' })).toBe(1);
  expect(await total('llm_requests_total', { provider: 'other', model: 'fake-1' })).toBe(1);
});
