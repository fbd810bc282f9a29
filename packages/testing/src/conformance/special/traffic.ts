import { expect, it } from 'vitest';
import type { Schedule } from '../../mock/scenario.ts';
import { loadTraffic, type TrafficCase, trafficProviders } from '../../traffic.ts';
import type { Tokens } from '../expect-measured.ts';
import { useNim, useTelemetry } from '../play-case.ts';
import { attempt, readStream } from '../seen.ts';
import type { Client, ProviderSuite } from '../suite.ts';

const AT_ONCE: Schedule = { firstTokenMillis: 0, interTokenMillis: 0 };

/** Recorded answers of real services, one test for each service. */
export function describeTraffic(suite: ProviderSuite): void {
  for (const service of trafficProviders()) {
    it(`shows and counts what ${service} sent`, () => expectTraffic(suite, loadTraffic(service)));
  }
}

async function expectTraffic(suite: ProviderSuite, cases: readonly TrafficCase[]): Promise<void> {
  const nim = await useNim((_, index) => ({ tokens: 0, replay: cases[index % cases.length], schedule: AT_ONCE }));
  const telemetry = useTelemetry();
  const { meterProvider, tracerProvider } = telemetry;
  const create = (): Client => suite.createClient({ baseURL: nim.baseURL, maxRetries: 0 });
  const bare = await useAll(create(), cases);
  const wrapped = await useAll(suite.wrap(create(), { provider: 'nvidia-nim', meterProvider, tracerProvider }), cases);
  expect(wrapped).toEqual(bare);
  if (suite.measured === false) return;
  expect(await telemetry.total('llm_requests_total')).toBe(cases.length);
  expect(telemetry.spans()).toHaveLength(cases.length);
  expect({
    input: await telemetry.total('llm_tokens_total', { type: 'input' }),
    output: await telemetry.total('llm_tokens_total', { type: 'output' }),
  }).toEqual(tokensOf(cases));
}

async function useAll(client: Client, cases: readonly TrafficCase[]): Promise<unknown[]> {
  const seen: unknown[] = [];
  for (const { request, stream } of cases) {
    const body = { ...request, stream } as unknown as Parameters<Client['chat']['completions']['create']>[0];
    const read = async (value: unknown): Promise<unknown> =>
      stream ? readStream(value as AsyncIterable<unknown>) : value;
    seen.push(await attempt(async () => read(await client.chat.completions.create(body))));
  }
  return seen;
}

function tokensOf(cases: readonly TrafficCase[]): Tokens {
  const add = (kind: 'input' | 'output'): number =>
    cases.reduce((total, { truth }) => total + (truth.usage?.[kind] ?? 0), 0);
  return { input: add('input'), output: add('output') };
}
