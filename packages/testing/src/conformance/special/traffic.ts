import { expect, it } from 'vitest';
import type { Schedule } from '../../mock/scenario.ts';
import { loadTraffic, type TrafficCase, type TrafficTruth, trafficProviders } from '../../traffic.ts';
import { useNim, useTelemetry } from '../play-case.ts';
import { attempt, readStream } from '../seen.ts';
import type { Api, Client, ProviderSuite, Tokens } from '../suite.ts';

const AT_ONCE: Schedule = { firstTokenMillis: 0, interTokenMillis: 0 };

/** Recorded answers of real services, one test for each service. */
export function describeTraffic(suite: ProviderSuite, api: Api): void {
  for (const service of trafficProviders(api.name)) {
    const cases = loadTraffic(service, api.name).filter((one) => one.api === api.name);
    it(`shows and counts what ${service} sent`, () => expectTraffic(suite, api, cases));
  }
}

async function expectTraffic(suite: ProviderSuite, api: Api, cases: readonly TrafficCase[]): Promise<void> {
  const nim = await useNim((_, index) => ({ tokens: 0, replay: cases[index % cases.length], schedule: AT_ONCE }));
  const telemetry = useTelemetry();
  const { meterProvider, tracerProvider } = telemetry;
  const create = (): Client => suite.createClient({ baseURL: nim.baseURL, maxRetries: 0 });
  const bare = await useAll(api, create(), cases);
  const wrapped = await useAll(
    api,
    suite.wrap(create(), { provider: 'nvidia-nim', meterProvider, tracerProvider }),
    cases,
  );
  expect(wrapped).toEqual(bare);
  if (suite.measured === false) return;
  expect(await telemetry.total('llm_requests_total')).toBe(cases.length);
  expect(telemetry.spans().filter(({ kind }) => kind === 'CLIENT')).toHaveLength(cases.length);
  expect({
    input: await telemetry.total('llm_tokens_total', { type: 'input' }),
    output: await telemetry.total('llm_tokens_total', { type: 'output' }),
  }).toEqual(tokensOf(cases));
}

async function useAll(api: Api, client: Client, cases: readonly TrafficCase[]): Promise<unknown[]> {
  const seen: unknown[] = [];
  for (const { request, stream } of cases) {
    const read = async (value: unknown): Promise<unknown> =>
      stream ? readStream(api, value as AsyncIterable<unknown>) : value;
    seen.push(await attempt(async () => read(await api.create(client, { ...request, stream }))));
  }
  return seen;
}

function tokensOf(cases: readonly TrafficCase[]): Tokens {
  const add = (kind: 'input' | 'output'): number =>
    cases.reduce((total, { truth: { usage } }) => total + (tokensIn(usage, kind) ?? 0), 0);
  return { input: add('input'), output: add('output') };
}

const tokensIn = (usage: TrafficTruth['usage'], kind: keyof Tokens): number | null | undefined =>
  (kind === 'input' ? usage?.inputPlusCache : undefined) ?? usage?.[kind];
