import { expect, it, onTestFinished } from 'vitest';
import type { Telemetry } from '../../telemetry/telemetry.ts';
import { expectMeasured, tokensSent } from '../expect-measured.ts';
import { useNim, useTelemetry } from '../play-case.ts';
import { readStream } from '../seen.ts';
import type { Api, ProviderSuite } from '../suite.ts';

const provider = 'nvidia-nim';

/** Global providers that come late, change, or never come. */
export function describeRegistration(suite: ProviderSuite, api: Api): void {
  it('measures what is called after the providers are registered', () => expectLateRegistration(suite, api));
  it('counts anew in a provider that replaces another', () => expectReplacement(suite, api));
  it('works without any provider', () => expectNoProvider(suite, api));
  it('prefers the providers given as options', () => expectOptionsFirst(suite, api));
}

async function expectLateRegistration(suite: ProviderSuite, api: Api): Promise<void> {
  const nim = await useNim();
  const client = suite.wrap(suite.createClient({ baseURL: nim.baseURL }), { provider });
  const telemetry = registered();
  await readStream(api, await api.stream(client, api.streamed));
  await expectMeasured(api, telemetry, { outcome: 'ok' }, tokensSent(api, nim.requests));
}

async function expectReplacement(suite: ProviderSuite, api: Api): Promise<void> {
  const nim = await useNim();
  const first = registered();
  const client = suite.wrap(suite.createClient({ baseURL: nim.baseURL }), { provider });
  await api.create(client, api.plain);
  await expectMeasured(api, first, { outcome: 'ok' }, tokensSent(api, nim.requests));
  const second = registered();
  for (let call = 0; call < 2; call++) await api.create(client, api.plain);
  await expectMeasured(api, second, { outcome: 'ok', calls: 2 }, tokensSent(api, nim.requests.slice(1)));
  await expectMeasured(api, first, { outcome: 'ok' }, tokensSent(api, nim.requests.slice(0, 1)));
}

async function expectNoProvider(suite: ProviderSuite, api: Api): Promise<void> {
  const nim = await useNim();
  const client = suite.wrap(suite.createClient({ baseURL: nim.baseURL }), { provider });
  const { text } = await readStream(api, await api.stream(client, api.streamed));
  expect(text).toBe('Hello there!');
}

async function expectOptionsFirst(suite: ProviderSuite, api: Api): Promise<void> {
  const nim = await useNim();
  const other = registered();
  const telemetry = useTelemetry();
  const { meterProvider, tracerProvider } = telemetry;
  const client = suite.wrap(suite.createClient({ baseURL: nim.baseURL }), { provider, meterProvider, tracerProvider });
  await api.create(client, api.plain);
  await expectMeasured(api, telemetry, { outcome: 'ok' }, tokensSent(api, nim.requests));
  expect(await other.total('llm_requests_total')).toBe(0);
  expect(other.spans()).toEqual([]);
}

function registered(): Telemetry {
  const telemetry = useTelemetry();
  telemetry.register();
  onTestFinished(telemetry.unregister);
  return telemetry;
}
