import type { Attributes } from '@opentelemetry/api';
import { describe, expect, it } from 'vitest';
import { GapPoint } from '../src/gaps';
import { ModelLabels } from '../src/models';
import type { Binder, Recordable } from '../src/points';
import { type Endpoint, Series } from '../src/series';
import { Store } from '../src/store';

const FAKE: Endpoint = { provider: 'fake', genAiProvider: 'fake_ai', address: 'host', port: 8000 };

class FakeBinder implements Binder {
  readonly models = new ModelLabels();
  aggregated = false;
  readonly bound: [string, Attributes][] = [];
  bind(key: string, attributes: Attributes): Recordable {
    this.bound.push([key, attributes]);
    return { record: () => {} };
  }
}

function create(endpoint: Partial<Endpoint> = {}, store = new Store(), operation = 'chat', model = 'm') {
  const binder = new FakeBinder();
  return { binder, store, series: new Series(store, binder, { ...FAKE, ...endpoint }, operation, model) };
}

const LABELS = { provider: 'fake', model: 'm', operation: 'chat' };
const GEN_AI = {
  'gen_ai.operation.name': 'chat',
  'gen_ai.provider.name': 'fake_ai',
  'gen_ai.request.model': 'm',
  'server.address': 'host',
  'server.port': 8000,
};

describe('a series', () => {
  it('has the labels of its calls, with those of the application', () => {
    const labels = { id: '1', attributes: { tenant: 'a' } };
    const { series } = create({ labels });
    expect(series.labels).toStrictEqual({ ...LABELS, tenant: 'a' });
    expect(series.modelLabels).toStrictEqual({ provider: 'fake', model: 'm', tenant: 'a' });
    expect(series.inFlight).toMatchObject({ key: 'requestsInFlight', attributes: series.labels });
    expect(series.spanStart).toStrictEqual({ ...GEN_AI, tenant: 'a' });
  });

  it('tells a port only beside its address', () => {
    const { 'server.port': _, ...withoutPort } = GEN_AI;
    const { 'server.address': __, ...withoutEither } = withoutPort;
    expect(create({ port: undefined }).series.spanStart).toStrictEqual(withoutPort);
    expect(create({ address: undefined }).series.spanStart).toStrictEqual(withoutEither);
    expect(create({ address: undefined, port: undefined }).series.spanStart).toStrictEqual(withoutEither);
  });

  it('shares its sums with the same series and with no other', () => {
    const { store, series } = create();
    const inFlight = (endpoint: Partial<Endpoint>, operation?: string, model?: string) =>
      create(endpoint, store, operation, model).series.inFlight;
    expect(inFlight({})).toBe(series.inFlight);
    const others = [
      inFlight({ provider: 'other' }),
      inFlight({ labels: { id: '1', attributes: {} } }),
      inFlight({}, 'embeddings'),
      inFlight({}, 'chat', 'other'),
    ];
    expect(new Set([series.inFlight, ...others]).size).toBe(5);
  });

  it('has one point per rate limit', () => {
    const { series } = create();
    expect(series.limit('tokens')).toBe(series.limit('tokens'));
    expect(series.limit('tokens').attributes).toStrictEqual({ provider: 'fake', model: 'm', kind: 'tokens' });
    expect(series.limit('tokens').key).toBe('rateLimitRemaining');
    expect(series.limit('requests')).not.toBe(series.limit('tokens'));
  });

  it('finds the points of an ending again, after others too', () => {
    const { binder, series } = create();
    const endings = [
      series.points('ok', undefined, undefined),
      series.points('ok', undefined, 'answering'),
      series.points('ok', undefined, 'another'),
      series.points('error', undefined, undefined),
      series.points('error', '429', undefined),
      series.points('error', '500', undefined),
      series.points('error', undefined, '500'),
    ];
    expect(new Set(endings).size).toBe(endings.length);
    for (const { outcome, errorType, responseModel } of endings) {
      const again = series.points(outcome, errorType, responseModel);
      expect(endings.indexOf(again)).toBe(
        endings.findIndex(
          (one) => one.outcome === outcome && one.errorType === errorType && one.responseModel === responseModel,
        ),
      );
      expect(series.points(outcome, errorType, responseModel)).toBe(again);
    }
    binder.aggregated = true;
    expect(series.points('ok', undefined, undefined)).not.toBe(endings[0]);
    binder.aggregated = false;
    expect(series.points('ok', undefined, undefined)).toBe(endings[0]);
  });

  it('keeps points of 200 endings; others are made anew, and count in the same sums', () => {
    const { series } = create();
    const known = series.points('error', '0', undefined);
    for (let time = 1; time < 199; time++) series.points('error', String(time), undefined);
    const last = series.points('error', 'last', undefined);
    const late = series.points('error', 'late', undefined);
    expect(series.points('error', '0', undefined)).toBe(known);
    expect(series.points('error', 'last', undefined)).toBe(last);
    const again = series.points('error', 'late', undefined);
    expect(again).not.toBe(late);
    expect(again.requests).toBe(late.requests);
  });

  it('keeps gaps for the metric producer in its store, by the model that answered', () => {
    const { store, series } = create();
    const point = series.gaps('answering', true);
    expect(series.gaps('answering', true)).toBe(point);
    const other = series.gaps(undefined, true);
    expect(other).not.toBe(point);
    expect(series.gaps('answering', true)).toBe(point);
    expect([...store.gapSeries.values()]).toStrictEqual([
      { llm: LABELS, genAi: { ...GEN_AI, 'gen_ai.response.model': 'answering' }, gaps: point },
      { llm: LABELS, genAi: GEN_AI, gaps: other },
    ]);
  });

  it('keeps gaps that nobody produces beside that, for streams at the same time', () => {
    const { store, series } = create();
    const point = series.gaps('answering', false);
    expect(point).toBeInstanceOf(GapPoint);
    expect(series.gaps('answering', false)).toBe(point);
    expect(series.gaps('another', false)).not.toBe(point);
    expect(store.gapSeries.size).toBe(0);
    expect(series.gaps('another', true)).toBe([...store.gapSeries.values()][0]!.gaps);
  });

  it('tells servers apart where the GenAI attributes do', () => {
    const { store, series } = create();
    const point = series.gaps(undefined, true);
    const others = [{ address: 'other' }, { port: 1 }, { address: undefined }, { labels: { id: '1', attributes: {} } }];
    const points = others.map((endpoint) => create(endpoint, store).series.gaps(undefined, true));
    expect(new Set([point, ...points]).size).toBe(5);
    expect(create({ address: 'host8', port: 0 }, store).series.gaps(undefined, true)).not.toBe(
      create({ address: 'host', port: 80 }, store).series.gaps(undefined, true),
    );
    expect(create({}, store).series.gaps(undefined, true)).toBe(point);
  });
});

describe('the points of an ending', () => {
  it('count requests by outcome and error type, everything else by outcome', () => {
    const { series } = create();
    const points = series.points('error', '429', undefined);
    expect(points.requests.key).toBe('requests');
    expect(points.ended).toStrictEqual({ ...LABELS, outcome: 'error' });
    expect(points.requests.attributes).toStrictEqual({ ...LABELS, outcome: 'error', error_type: '429' });
    const ok = series.points('ok', undefined, undefined);
    expect(ok.requests.attributes).toStrictEqual({ ...LABELS, outcome: 'ok' });
    const sums = [points, ok, series.points('error', '500', undefined), series.points('aborted', undefined, undefined)];
    expect(new Set(sums.map(({ requests }) => requests)).size).toBe(4);
  });

  it('have the error type of the conventions for failures and cut answers alone', () => {
    const { series } = create();
    const errorType = (...ending: Parameters<typeof series.points>) =>
      series.points(...ending).genAiEnded['error.type'];
    expect(errorType('error', '429', undefined)).toBe('429');
    expect(errorType('truncated', undefined, undefined)).toBe('truncated');
    for (const outcome of ['ok', 'cancelled', 'aborted', 'abandoned'] as const) {
      const points = series.points(outcome, outcome === 'aborted' ? 'AbortError' : undefined, 'answering');
      expect(points.genAiEnded).toStrictEqual({ ...GEN_AI, 'gen_ai.response.model': 'answering' });
    }
    expect(series.points('error', '429', 'answering').genAiEnded).toStrictEqual({
      ...GEN_AI,
      'gen_ai.response.model': 'answering',
      'error.type': '429',
    });
    expect(series.points('ok', undefined, undefined).genAi).toStrictEqual(GEN_AI);
  });

  it('bind a histogram once per slot', () => {
    const { binder, series } = create();
    const points = series.points('ok', undefined, undefined);
    const histogram = points.histogram('requestDuration', points.ended, 'a');
    expect(points.histogram('requestDuration', points.ended, 'a')).toBe(histogram);
    expect(points.histogram('requestDuration', points.genAi, 'b')).not.toBe(histogram);
    expect(binder.bound).toStrictEqual([
      ['requestDuration', points.ended],
      ['requestDuration', points.genAi],
    ]);
  });

  it('share sums per model with the other operations, by the value of their label', () => {
    const { store, series } = create();
    const points = series.points('ok', undefined, undefined);
    const input = points.perModel('tokens', 'type', 'input');
    expect(input.attributes).toStrictEqual({ provider: 'fake', model: 'm', type: 'input' });
    expect(points.perModel('tokens', 'type', 'input')).toBe(input);
    expect(points.perModel('tokens', 'type', 'output')).not.toBe(input);
    expect(points.perModel('unpricedRequests').attributes).toStrictEqual({ provider: 'fake', model: 'm' });
    const elsewhere = create({}, store, 'embeddings').series.points('ok', undefined, undefined);
    expect(elsewhere.perModel('tokens', 'type', 'input')).toBe(input);
    expect(elsewhere.perModel('unpricedRequests')).toBe(points.perModel('unpricedRequests'));
  });

  it('keep sums per call apart by operation', () => {
    const { store, series } = create();
    const missing = series.points('ok', undefined, undefined).perCall('usageMissing');
    expect(missing.attributes).toStrictEqual(LABELS);
    expect(series.points('ok', undefined, 'answering').perCall('usageMissing')).toBe(missing);
    const elsewhere = create({}, store, 'embeddings').series.points('ok', undefined, undefined);
    expect(elsewhere.perCall('usageMissing')).not.toBe(missing);
  });

  it('keep usage of the conventions apart by the model that answered', () => {
    const { series } = create();
    const points = series.points('ok', undefined, 'answering');
    const usage = points.genAiUsage('usageInputTokens');
    expect(usage.attributes).toStrictEqual({ ...points.genAi, 'gen_ai.token.modality': 'unknown' });
    expect(points.genAiUsage('usageInputTokens')).toBe(usage);
    expect(series.points('error', '500', 'answering').genAiUsage('usageInputTokens')).toBe(usage);
    expect(series.points('ok', undefined, undefined).genAiUsage('usageInputTokens')).not.toBe(usage);
  });
});
