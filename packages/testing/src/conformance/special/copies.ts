import { expect, it } from 'vitest';
import { expectMeasured, tokensSent } from '../expect-measured.ts';
import { useNim, useTelemetry } from '../play-case.ts';
import { readStream } from '../seen.ts';
import type { Api, Client, ProviderSuite, WrapOptions } from '../suite.ts';

/** Wrapping twice, and clients of several copies of the SDK side by side. */
export function describeCopies(suite: ProviderSuite, api: Api): void {
  it('gives the client back, and twice is once', () => expectTwiceIsOnce(suite, api));
  for (const [index] of (suite.sdkCopies ?? []).entries()) {
    it(`measures clients of another copy of the SDK too (${index + 1})`, () => expectCopiesMeasured(suite, api, index));
  }
}

async function expectTwiceIsOnce(suite: ProviderSuite, api: Api): Promise<void> {
  const nim = await useNim();
  const { meterProvider, tracerProvider, ...telemetry } = useTelemetry();
  const options: WrapOptions = { provider: 'nvidia-nim', meterProvider, tracerProvider };
  const client = suite.createClient({ baseURL: nim.baseURL });
  expect(suite.wrap(client, options)).toBe(client);
  expect(suite.wrap(client, options)).toBe(client);
  const copy = (client as Partial<Client>).withOptions?.({ timeout: 5000 }) ?? client;
  expect(suite.wrap(copy, options)).toBe(copy);
  expect(await api.create(copy, api.plain)).toMatchObject({ id: api.firstId });
  if (suite.measured === false) return;
  await expectMeasured(
    api,
    { ...telemetry, meterProvider, tracerProvider },
    { outcome: 'ok' },
    tokensSent(api, nim.requests),
  );
}

async function expectCopiesMeasured(suite: ProviderSuite, api: Api, index: number): Promise<void> {
  const nim = await useNim();
  const telemetry = useTelemetry();
  const { meterProvider, tracerProvider } = telemetry;
  const makers = [suite.createClient, suite.sdkCopies?.[index]].filter((make) => make !== undefined);
  const clients = makers.map((make) => make({ baseURL: nim.baseURL }));
  expect(clients[0]?.constructor).not.toBe(clients[1]?.constructor);
  for (const client of clients) {
    suite.wrap(client, { provider: 'nvidia-nim', meterProvider, tracerProvider });
    expect(await useAll(api, client)).toEqual({ plain: 'Hello there!', parsed: null, streamed: 'Hello there!' });
  }
  if (suite.measured === false) return;
  await expectMeasured(api, telemetry, { outcome: 'ok', calls: 6 }, tokensSent(api, nim.requests));
}

async function useAll(api: Api, client: Client): Promise<object> {
  return {
    plain: api.textOf(await api.create(client, api.plain)),
    parsed: await (api.parsed?.(client) ?? api.create(client, api.plain).then(() => null)),
    streamed: (await readStream(api, await api.stream(client, api.streamed))).text,
  };
}
