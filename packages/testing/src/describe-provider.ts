import { describe, expect, it } from 'vitest';
import { APIS } from './conformance/apis.ts';
import { casesOf } from './conformance/cases.ts';
import { expectMeasured, tokensSent } from './conformance/expect-measured.ts';
import { playBare, playWrapped } from './conformance/play-case.ts';
import { describeCopies } from './conformance/special/copies.ts';
import { describeRegistration } from './conformance/special/registration.ts';
import { describeTiming } from './conformance/special/timing.ts';
import { describeTraffic } from './conformance/special/traffic.ts';
import type { Api, ConformanceCase, ProviderSuite } from './conformance/suite.ts';

export type { ApiName, Client, ClientOptions, CreateClient, ProviderSuite, WrapOptions } from './conformance/suite.ts';

/**
 * The conformance suite: every use of a client shows its caller the same, wrapped or bare, and is measured once.
 * Call it at the top level of a test file.
 */
export function describeProvider(suite: ProviderSuite): void {
  describe(suite.name, () => {
    const apis = (suite.apis ?? ['chat']).map((name) => APIS[name]);
    for (const api of apis) describe(api.name, () => describeApi(suite, api));
    describe('wrapping', () => describeCopies(suite, apis[0]!));
    if (suite.measured === false) return;
    const { createClient, createSilent = createClient } = suite;
    describe('registration', () => describeRegistration({ ...suite, createClient: createSilent }, apis[0]!));
  });
}

/** How many chunks a caller sees who leaves depends on how many came at once, which a loaded machine decides. */
const RETRIES: Readonly<Record<string, number>> = { 'leaving early': 3 };

function describeApi(suite: ProviderSuite, api: Api): void {
  for (const [group, cases] of Object.entries(casesOf(api))) {
    describe(group, () => {
      for (const test of cases) {
        const reason = suite.lacks?.[test.title];
        if (reason === undefined) it(test.title, { retry: RETRIES[group] }, () => expectConformance(suite, api, test));
        else it.skip(`${test.title} (${reason})`);
      }
    });
  }
  describe('recorded traffic', () => describeTraffic(suite, api));
  if (suite.measured !== false) describe('timing', () => describeTiming(suite, api));
}

async function expectConformance(suite: ProviderSuite, api: Api, test: ConformanceCase): Promise<void> {
  const bare = await playBare(suite, test);
  expect(bare.seen).toMatchObject(test.seen);
  expect(bare.rejections).toHaveLength(test.rejections ?? 0);
  expect(await bare.telemetry.metrics()).toEqual([]);
  if (suite.createSilent === undefined) expect(bare.telemetry.spans()).toEqual([]);
  const wrapped = await playWrapped(suite, test);
  expect(wrapped.seen).toEqual(bare.seen);
  expect(wrapped.rejections).toEqual(bare.rejections);
  expect(wrapped.sent).toEqual(bare.sent);
  if (suite.measured === false) return;
  await expectMeasured(api, wrapped.telemetry, test.measured, tokensSent(api, wrapped.nim.requests));
}
