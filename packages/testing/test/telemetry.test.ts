import { context, metrics, SpanKind, trace } from '@opentelemetry/api';
import { afterEach, expect, it } from 'vitest';
import { createTelemetry, type Telemetry } from '../src/index.ts';

let telemetry: Telemetry;
afterEach(async () => {
  telemetry.unregister();
  await telemetry.shutdown();
});

it('reads metrics as plain rows, adding up over collections', async () => {
  telemetry = createTelemetry();
  const meter = telemetry.meterProvider.getMeter('test');
  const requests = meter.createCounter('requests', { unit: '{request}' });
  const seconds = meter.createHistogram('seconds', { unit: 's', advice: { explicitBucketBoundaries: [1, 2] } });
  const inFlight = meter.createUpDownCounter('in_flight');
  for (let round = 0; round < 2; round++) {
    requests.add(1, { model: 'b' });
    seconds.record(round + 0.5);
    inFlight.add(1);
    await telemetry.metrics();
  }
  requests.add(1, { model: 'a' });
  expect(await telemetry.metrics()).toMatchObject([
    { name: 'in_flight', type: 'updowncounter', value: 2 },
    { name: 'requests', type: 'counter', unit: '{request}', attributes: { model: 'a' }, value: 1, scope: 'test' },
    { name: 'requests', attributes: { model: 'b' }, value: 2 },
    {
      name: 'seconds',
      type: 'histogram',
      count: 2,
      sum: 2,
      min: 0.5,
      max: 1.5,
      buckets: { boundaries: [1, 2], counts: [1, 1, 0] },
    },
  ]);
  expect(await telemetry.total('requests')).toBe(3);
  expect(await telemetry.total('requests', { model: 'b' })).toBe(2);
  expect(await telemetry.total('seconds')).toBe(2);
});

it('reads spans as plain rows', () => {
  telemetry = createTelemetry();
  const tracer = telemetry.tracerProvider.getTracer('test');
  const parent = tracer.startSpan('parent', { startTime: 1000 });
  const child = tracer.startSpan(
    'child',
    { kind: SpanKind.CLIENT, startTime: 1000 },
    trace.setSpan(context.active(), parent),
  );
  child.addEvent('first', { at: 1 });
  child.setAttributes({ b: 1, a: 2 });
  child.end(1250);
  expect(telemetry.spans()).toEqual([
    {
      ...{ name: 'child', kind: 'CLIENT', status: { code: 'UNSET', message: undefined }, durationSeconds: 0.25 },
      attributes: { a: 2, b: 1 },
      events: [{ name: 'first', attributes: { at: 1 } }],
      traceId: parent.spanContext().traceId,
      spanId: child.spanContext().spanId,
      parent: parent.spanContext().spanId,
    },
  ]);
});

it('sets and clears the globals, with a context manager', async () => {
  telemetry = createTelemetry();
  telemetry.register();
  metrics.getMeter('test').createCounter('calls').add(1);
  await trace.getTracer('test').startActiveSpan('outer', async (span) => {
    await Promise.resolve();
    expect(trace.getActiveSpan()).toBe(span);
    span.end();
  });
  expect([await telemetry.total('calls'), telemetry.spans().length]).toEqual([1, 1]);
  telemetry.unregister();
  metrics.getMeter('test').createCounter('calls').add(1);
  expect(await telemetry.total('calls')).toBe(1);
});

it('forgets on reset, and keeps its providers', async () => {
  telemetry = createTelemetry();
  const calls = telemetry.meterProvider.getMeter('test').createCounter('calls');
  const span = (): void => telemetry.tracerProvider.getTracer('test').startSpan('s').end();
  calls.add(5);
  span();
  await telemetry.reset();
  expect([await telemetry.metrics(), telemetry.spans()]).toEqual([[], []]);
  calls.add(1);
  span();
  expect([await telemetry.total('calls'), telemetry.spans().length]).toEqual([1, 1]);
});

it('collects metric producers beside the SDK', async () => {
  const collect = (value: number) => async (): Promise<unknown> => ({
    errors: [],
    resourceMetrics: {
      resource: {},
      scopeMetrics: [
        {
          scope: { name: 'elsewhere' },
          metrics: [
            {
              descriptor: { name: 'extra', unit: '1', description: '' },
              ...{ aggregationTemporality: 1, dataPointType: 3, isMonotonic: true },
              dataPoints: [{ attributes: {}, value }],
            },
          ],
        },
      ],
    },
  });
  telemetry = createTelemetry({ metricProducers: [{ collect: collect(7) }] });
  await telemetry.metrics();
  expect(await telemetry.metrics()).toMatchObject([{ name: 'extra', type: 'counter', value: 7 }]);
});
