import type { MetricRow } from '@grump/llm-otel-testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { PricedCall, Pricing } from '../src/pricing';
import type { Usage } from '../src/types';
import { createWrapped, pass, useTelemetry } from './measure';

const USAGE: Usage = { input: 10, output: 5, cacheRead: 2 };

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance', 'Date'] });
});

afterEach(() => {
  vi.useRealTimers();
});

interface Result {
  readonly usage?: Usage;
  readonly cost?: unknown;
  readonly model?: string;
}

/** What calls with this result cost, by source, and how many of them had no price. */
async function costOf(result: Result, pricing?: Pricing, model: string | undefined = 'asked-1', calls = 1) {
  const telemetry = useTelemetry();
  const answer = () => pass(2500).then(() => result);
  const client = createWrapped(telemetry, answer, pricing === undefined ? {} : { pricing });
  for (let call = 0; call < calls; call++) await client.chat.create(model === '' ? {} : { model });
  const rows = await telemetry.metrics();
  const value = (row: MetricRow): number => (row.type === 'histogram' ? Number.NaN : row.value);
  const costs = rows.filter(({ name }) => name === 'llm_cost_total');
  return {
    costs: Object.fromEntries(costs.map((row) => [row.attributes.source, value(row)])),
    unpriced: await telemetry.total('llm_unpriced_requests_total'),
  };
}

describe('the cost of a call', () => {
  it("is the server's own figure, whatever the user's function says", async () => {
    const pricing = vi.fn(() => 9);
    expect(await costOf({ usage: USAGE, cost: 0.25 }, pricing, 'asked-1', 2)).toEqual({
      costs: { provider: 0.5 },
      unpriced: 0,
    });
    expect(pricing).not.toHaveBeenCalled();
  });

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY, '0.5'])('is not the figure %s of a server', async (cost) => {
    expect(await costOf({ usage: USAGE, cost }, () => 2)).toEqual({ costs: { user: 2 }, unpriced: 0 });
    expect(await costOf({ usage: USAGE, cost })).toEqual({ costs: {}, unpriced: 1 });
  });

  it.each([-0.1, Number.NaN, Number.POSITIVE_INFINITY, '2', undefined])(
    'is not what the function says when that is %s',
    async (usd) => {
      expect(await costOf({ usage: USAGE }, () => usd as number)).toEqual({ costs: {}, unpriced: 1 });
    },
  );

  it('of nothing is a cost too', async () => {
    expect(await costOf({ usage: USAGE, cost: 0 })).toEqual({ costs: { provider: 0 }, unpriced: 0 });
    expect(await costOf({ usage: USAGE }, () => 0)).toEqual({ costs: { user: 0 }, unpriced: 0 });
  });

  it('is not known without usage, and the call is not counted as one without a price', async () => {
    const pricing = vi.fn(() => 9);
    expect(await costOf({}, pricing)).toEqual({ costs: {}, unpriced: 0 });
    expect(pricing).not.toHaveBeenCalled();
  });

  it('is not known without anything that knows a price, and then the call is counted', async () => {
    expect(await costOf({ usage: USAGE })).toEqual({ costs: {}, unpriced: 1 });
  });
});

describe("the user's function", () => {
  async function seen(result: Result, model?: string): Promise<Parameters<Pricing>[]> {
    const calls: Parameters<Pricing>[] = [];
    await costOf(
      result,
      (...args) => {
        calls.push(args);
        return 1;
      },
      model,
    );
    return calls;
  }

  it('gets the requested model, the usage, and what is known of the call', async () => {
    const call: PricedCall = {
      provider: 'fake',
      operation: 'chat',
      responseModel: 'answered-1',
      durationSeconds: 2.5,
      sharedSeconds: 2.5,
    };
    expect(await seen({ usage: USAGE, model: 'answered-1' })).toEqual([['asked-1', USAGE, call]]);
  });

  it('gets the requested model as that of the answer where the server named none', async () => {
    expect(await seen({ usage: USAGE })).toMatchObject([['asked-1', USAGE, { responseModel: 'asked-1' }]]);
  });

  it('gets no name where there is none', async () => {
    expect(await seen({ usage: USAGE }, '')).toMatchObject([['', USAGE, { responseModel: '' }]]);
  });
});
