import { expect, it, onTestFinished } from 'vitest';
import type { Telemetry } from '../../telemetry/telemetry.ts';
import { CHAT } from '../apis/chat.ts';
import { expectMeasured, tokensSent } from '../expect-measured.ts';
import { useNim, useTelemetry } from '../play-case.ts';
import { PLAIN, STREAMED } from '../prompts.ts';
import { readStream } from '../seen.ts';
import type { ProviderSuite } from '../suite.ts';

const provider = 'nvidia-nim';

/** Global providers that come late, change, or never come. */
export function describeRegistration(suite: ProviderSuite): void {
  it('measures what is called after the providers are registered', () => expectLateRegistration(suite));
  it('counts anew in a provider that replaces another', () => expectReplacement(suite));
  it('works without any provider', () => expectNoProvider(suite));
  it('prefers the providers given as options', () => expectOptionsFirst(suite));
}

async function expectLateRegistration(suite: ProviderSuite): Promise<void> {
  const nim = await useNim();
  const client = suite.wrap(suite.createClient({ baseURL: nim.baseURL }), { provider });
  const telemetry = registered();
  await readStream(CHAT, await client.chat.completions.create(STREAMED));
  await expectMeasured(CHAT, telemetry, { outcome: 'ok' }, tokensSent(CHAT, nim.requests));
}

async function expectReplacement(suite: ProviderSuite): Promise<void> {
  const nim = await useNim();
  const first = registered();
  const client = suite.wrap(suite.createClient({ baseURL: nim.baseURL }), { provider });
  await client.chat.completions.create(PLAIN);
  await expectMeasured(CHAT, first, { outcome: 'ok' }, tokensSent(CHAT, nim.requests));
  const second = registered();
  for (let call = 0; call < 2; call++) await client.chat.completions.create(PLAIN);
  await expectMeasured(CHAT, second, { outcome: 'ok', calls: 2 }, tokensSent(CHAT, nim.requests.slice(1)));
  await expectMeasured(CHAT, first, { outcome: 'ok' }, tokensSent(CHAT, nim.requests.slice(0, 1)));
}

async function expectNoProvider(suite: ProviderSuite): Promise<void> {
  const nim = await useNim();
  const client = suite.wrap(suite.createClient({ baseURL: nim.baseURL }), { provider });
  const { text } = await readStream(CHAT, await client.chat.completions.create(STREAMED));
  expect(text).toBe('Hello there!');
}

async function expectOptionsFirst(suite: ProviderSuite): Promise<void> {
  const nim = await useNim();
  const other = registered();
  const telemetry = useTelemetry();
  const { meterProvider, tracerProvider } = telemetry;
  const client = suite.wrap(suite.createClient({ baseURL: nim.baseURL }), { provider, meterProvider, tracerProvider });
  await client.chat.completions.create(PLAIN);
  await expectMeasured(CHAT, telemetry, { outcome: 'ok' }, tokensSent(CHAT, nim.requests));
  expect(await other.total('llm_requests_total')).toBe(0);
  expect(other.spans()).toEqual([]);
}

function registered(): Telemetry {
  const telemetry = useTelemetry();
  telemetry.register();
  onTestFinished(telemetry.unregister);
  return telemetry;
}
