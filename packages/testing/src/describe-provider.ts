import { describe, expect, it } from 'vitest';
import { CASES } from './conformance/cases.ts';
import { expectMeasured, tokensSent } from './conformance/expect-measured.ts';
import { playBare, playWrapped } from './conformance/play-case.ts';
import { describeCopies } from './conformance/special/copies.ts';
import { describeRegistration } from './conformance/special/registration.ts';
import { describeTiming } from './conformance/special/timing.ts';
import { describeTraffic } from './conformance/special/traffic.ts';
import type { ConformanceCase, ProviderSuite } from './conformance/suite.ts';

export type { Client, ClientOptions, CreateClient, ProviderSuite, WrapOptions } from './conformance/suite.ts';

/**
 * The conformance suite: every use of a client shows its caller the same, wrapped or bare, and is measured once.
 * Call it at the top level of a test file.
 */
export function describeProvider(suite: ProviderSuite): void {
  describe(suite.name, () => {
    for (const [group, cases] of Object.entries(CASES)) {
      describe(group, () => {
        for (const test of cases) it(test.title, () => expectConformance(suite, test));
      });
    }
    describe('wrapping', () => describeCopies(suite));
    describe('recorded traffic', () => describeTraffic(suite));
    if (suite.measured === false) return;
    describe('registration', () => describeRegistration(suite));
    describe('timing', () => describeTiming(suite));
  });
}

async function expectConformance(suite: ProviderSuite, test: ConformanceCase): Promise<void> {
  const bare = await playBare(suite, test);
  expect(bare.seen).toMatchObject(test.seen);
  expect(bare.rejections).toHaveLength(test.rejections ?? 0);
  expect(await bare.telemetry.metrics()).toEqual([]);
  expect(bare.telemetry.spans()).toEqual([]);
  const wrapped = await playWrapped(suite, test);
  expect(wrapped.seen).toEqual(bare.seen);
  expect(wrapped.rejections).toEqual(bare.rejections);
  expect(wrapped.sent).toEqual(bare.sent);
  if (suite.measured === false) return;
  await expectMeasured(wrapped.telemetry, test.measured, tokensSent(wrapped.nim.requests));
}
