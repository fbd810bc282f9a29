import { expect, it } from 'vitest';
import { CHAT } from '../apis/chat.ts';
import { expectMeasured, tokensSent } from '../expect-measured.ts';
import { useNim, useTelemetry } from '../play-case.ts';
import { PLAIN, STREAMED } from '../prompts.ts';
import { readStream } from '../seen.ts';
import type { Client, ProviderSuite, WrapOptions } from '../suite.ts';

/** Wrapping twice, and clients of several copies of the SDK side by side. */
export function describeCopies(suite: ProviderSuite): void {
  it('gives the client back, and twice is once', () => expectTwiceIsOnce(suite));
  for (const [index] of (suite.sdkCopies ?? []).entries()) {
    it(`measures clients of another copy of the SDK too (${index + 1})`, () => expectCopiesMeasured(suite, index));
  }
}

async function expectTwiceIsOnce(suite: ProviderSuite): Promise<void> {
  const nim = await useNim();
  const { meterProvider, tracerProvider, ...telemetry } = useTelemetry();
  const options: WrapOptions = { provider: 'nvidia-nim', meterProvider, tracerProvider };
  const client = suite.createClient({ baseURL: nim.baseURL });
  expect(suite.wrap(client, options)).toBe(client);
  expect(suite.wrap(client, options)).toBe(client);
  const copy = (client as Partial<Client>).withOptions?.({ timeout: 5000 }) ?? client;
  expect(suite.wrap(copy, options).chat).toBeDefined();
  expect((await copy.chat.completions.create(PLAIN)).id).toBe('chatcmpl-0');
  if (suite.measured === false) return;
  await expectMeasured(
    CHAT,
    { ...telemetry, meterProvider, tracerProvider },
    { outcome: 'ok' },
    tokensSent(CHAT, nim.requests),
  );
}

async function expectCopiesMeasured(suite: ProviderSuite, index: number): Promise<void> {
  const nim = await useNim();
  const telemetry = useTelemetry();
  const { meterProvider, tracerProvider } = telemetry;
  const makers = [suite.createClient, suite.sdkCopies?.[index]].filter((make) => make !== undefined);
  const clients = makers.map((make) => make({ baseURL: nim.baseURL }));
  expect(clients[0]?.constructor).not.toBe(clients[1]?.constructor);
  for (const client of clients) {
    suite.wrap(client, { provider: 'nvidia-nim', meterProvider, tracerProvider });
    expect(await useAll(client)).toEqual({ plain: 'Hello there!', parsed: null, streamed: 'Hello there!' });
  }
  if (suite.measured === false) return;
  await expectMeasured(CHAT, telemetry, { outcome: 'ok', calls: 6 }, tokensSent(CHAT, nim.requests));
}

async function useAll({ chat: { completions } }: Client): Promise<object> {
  return {
    plain: (await completions.create(PLAIN)).choices[0]?.message.content,
    parsed: (await completions.parse(PLAIN)).choices[0]?.message.parsed,
    streamed: (await readStream(CHAT, await completions.create(STREAMED))).text,
  };
}
