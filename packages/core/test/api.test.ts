import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import * as core from '../src/index';

it('exports what it says', () => {
  expect(Object.keys(core).sort()).toMatchInlineSnapshot(`
    [
      "CORE_VERSION",
      "CallFacts",
      "E2E_NIM1",
      "E2E_V1",
      "GEN_AI_SECONDS",
      "GEN_AI_TOKENS",
      "INSTRUMENTS",
      "NO_TOKEN",
      "OUTPUT",
      "REASONING",
      "SCOPE_NAME",
      "TPOT_NIM1",
      "TPOT_V1",
      "TPS_V1",
      "TTFT_NIM1",
      "TTFT_V1",
      "Watch",
      "bucketViews",
      "callContext",
      "createMetricProducer",
      "createObserver",
      "hasUnattachedProducer",
      "isApiPromise",
      "lateFold",
      "moment",
      "openCall",
      "openLedger",
      "own",
      "ownNumber",
      "ownString",
      "parseURL",
      "perGpuHour",
      "perMillionTokens",
      "preferMeterProvider",
      "quietly",
      "recordFirstAudio",
      "replaceMethod",
      "subscribeCalls",
      "subscribeExemplars",
      "wrapClient",
      "wrappedClients",
    ]
  `);
});

it('knows its own version', () => {
  const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  expect(core.CORE_VERSION).toBe(manifest.version);
});
