import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { promisify } from 'node:util';
import { context, createContextKey, metrics, propagation, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CBaggagePropagator } from '@opentelemetry/core';
import {
  AggregationTemporality,
  AggregationType,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { describe, expect, test, vi } from 'vitest';
import * as surface from '../src/index';
import { register } from '../src/index';
import { isolate, registerForTest } from './support/clean';
import { recordDiagnostics } from './support/diagnostics';

isolate();

const quiet = { prometheus: { listen: false } } as const;
const key = createContextKey('test');

const followsCalls = (): unknown =>
  context.with(ROOT_CONTEXT.setValue(key, true), () => context.active().getValue(key));

async function read(registration: surface.Registration): Promise<[status: number, text: string]> {
  const response = await registration.metricsFetch(new Request('http://app/metrics'));
  return [response.status, await response.text()];
}

test('what the package exports', () => {
  expect(Object.keys(surface)).toEqual([
    'QuotaExceededError',
    'quota',
    'redisStore',
    'register',
    'registered',
    'tailSampler',
  ]);
});

describe('globals', () => {
  test('are set, and taken away by shutdown(), so that register() works again', async () => {
    for (const round of [1, 2]) {
      const exporter = new InMemorySpanExporter();
      const spanProcessors = [new SimpleSpanProcessor({ exporter })];
      const registration = registerForTest({ ...quiet, spanProcessors });
      expect(metrics.getMeterProvider()).toBe(registration.meterProvider);
      expect(followsCalls()).toBe(true);
      expect(propagation.fields()).toEqual(['traceparent', 'tracestate', 'baggage']);
      trace.getTracer('test').startSpan(`span ${round}`).end();
      await registration.forceFlush();
      expect(exporter.getFinishedSpans().map(({ name }) => name)).toEqual([`span ${round}`]);

      await Promise.all([registration.shutdown(), registration.shutdown()]);
      expect(metrics.getMeterProvider()).not.toBe(registration.meterProvider);
      expect(trace.getTracer('test').startSpan('none').isRecording()).toBe(false);
      expect(followsCalls()).toBe(undefined);
      expect(propagation.fields()).toEqual([]);
    }
  });

  test('that somebody else has set since are left to him', async () => {
    const registration = registerForTest(quiet);
    metrics.disable();
    const other = new MeterProvider();
    metrics.setGlobalMeterProvider(other);
    await registration.shutdown();
    expect(metrics.getMeterProvider()).toBe(other);
  });

  test('stay as they are for a signal that is turned off', () => {
    const registration = registerForTest({ ...quiet, traces: false, metrics: false });
    expect([registration.tracerProvider, registration.meterProvider]).toEqual([undefined, undefined]);
    expect(followsCalls()).toBe(undefined);
    expect(metrics.getMeter('test')).toBe(metrics.getMeter('other'));
  });

  test('no tracer provider where spans would go nowhere, unless it is asked for', async () => {
    const first = registerForTest(quiet);
    expect(first.tracerProvider).toBe(undefined);
    expect(followsCalls()).toBe(true);
    await first.shutdown();
    expect(registerForTest({ ...quiet, traces: true }).tracerProvider).toBeInstanceOf(TracerProvider);
  });
});

describe('/metrics', () => {
  test('listens on the port that was chosen', async () => {
    const registration = registerForTest({ serviceName: 'checkout', prometheus: { port: 0, path: '/here' } });
    expect(registration.metricsUrl).toBe(undefined);
    await registration.ready;
    expect(registration.metricsUrl).toMatch(/^http:\/\/localhost:\d+\/here$/);
    metrics.getMeter('test').createCounter('llm_requests_total').add(2, { model: 'm' });
    const page = await (await fetch(registration.metricsUrl!)).text();
    expect(page).toContain('llm_requests_total{model="m"} 2');
    expect(page).toMatch(/target_info\{.*service_name="checkout"/);

    const url = registration.metricsUrl!;
    await registration.shutdown();
    expect(registration.metricsUrl).toBe(undefined);
    await expect(fetch(url)).rejects.toThrow();
    expect(await read(registration)).toEqual([503, expect.stringContaining('was shut down')]);
  });

  test('is served by a server of the application', async () => {
    const registration = registerForTest({ prometheus: { listen: false, port: 0 } });
    await registration.ready;
    expect(registration.metricsUrl).toBe(undefined);
    metrics.getMeter('test').createCounter('llm_requests_total').add(1);
    const server = createHttpServer(registration.metricsHandler).listen(0, 'localhost');
    await once(server, 'listening');
    const page = await fetch(`http://localhost:${(server.address() as AddressInfo).port}/metrics`);
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('llm_requests_total 1')]);
    server.closeAllConnections();
    server.close();
  });

  test('a port in use is told once, and nothing else stops', async () => {
    const said = recordDiagnostics();
    const server = createServer().listen(0, 'localhost');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const registration = registerForTest({ prometheus: { port } });
    await registration.ready;
    expect(said).toEqual([expect.stringContaining(`port ${port} of localhost is in use`)]);
    expect(registration.metricsUrl).toBe(undefined);
    expect((await read(registration))[0]).toBe(200);
    server.close();
  });

  test('shutdown() while the port is being opened leaves it closed', async () => {
    const server = createServer().listen(0, 'localhost');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    await promisify(server.close.bind(server))();
    const registration = registerForTest({ prometheus: { port } });
    await registration.shutdown();
    expect(registration.metricsUrl).toBe(undefined);
    await registration.ready;
    await expect(fetch(`http://localhost:${port}/metrics`)).rejects.toThrow();
    expect(registration.metricsUrl).toBe(undefined);
  });

  test('answers 503 with the way to turn it on', async () => {
    const registration = registerForTest({ prometheus: false, otlp: true });
    expect(await read(registration)).toEqual([503, expect.stringContaining('prometheus: true')]);
    const response = { statusCode: 0, setHeader: vi.fn(), end: vi.fn() };
    await registration.metricsHandler({ method: 'GET' }, response as never);
    expect(response.statusCode).toBe(503);
    expect(response.end).toHaveBeenCalledWith(expect.stringContaining('prometheus: true'));
  });
});

test('readers and views of the application are in the meter provider', async () => {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const metricReaders = [new PeriodicExportingMetricReader({ exporter })];
  const views = [{ instrumentName: 'internal_*', aggregation: { type: AggregationType.DROP } } as const];
  const registration = registerForTest({ prometheus: false, metricReaders, views });
  metrics.getMeter('test').createCounter('internal_steps_total').add(1);
  metrics.getMeter('test').createCounter('llm_requests_total').add(1);
  await registration.forceFlush();
  const [sent] = exporter.getMetrics();
  const names = sent?.scopeMetrics.flatMap((scope) => scope.metrics.map(({ descriptor }) => descriptor.name));
  expect(names).toEqual(['llm_requests_total']);

  await registration.shutdown();
  expect(() => register({ prometheus: false, traces: true, metricReaders })).toThrow('bound');
  expect(followsCalls()).toBe(undefined);
});

test('a second register() returns the first registration and says so once', () => {
  const said = recordDiagnostics();
  const first = registerForTest(quiet);
  expect(register({ serviceName: 'other' })).toBe(first);
  expect(register()).toBe(first);
  expect(said).toEqual([expect.stringContaining('called again')]);
});

test('shutdown() again, and what comes after it, waits for the first and does no more', async () => {
  const said = recordDiagnostics();
  const registration = registerForTest({ ...quiet, traces: true });
  const first = registration.shutdown();
  expect(registration.shutdown()).toBe(first);
  await registration.forceFlush();
  expect(metrics.getMeterProvider()).not.toBe(registration.meterProvider);
  await registration.shutdown();
  expect(said).toEqual([]);
});

test('a wrong option throws and leaves nothing behind', () => {
  // @ts-expect-error a port is a number
  expect(() => register({ prometheus: { port: '9464' } })).toThrow(/prometheus\.port '9464'/);
  expect(followsCalls()).toBe(undefined);
});

test('OTEL_SDK_DISABLED sets up nothing', async () => {
  vi.stubEnv('OTEL_SDK_DISABLED', 'true');
  const registration = registerForTest({ traces: true });
  await registration.ready;
  expect([registration.tracerProvider, registration.meterProvider, registration.metricsUrl]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
  expect(followsCalls()).toBe(undefined);
  expect(await read(registration)).toEqual([503, expect.stringContaining('OTEL_SDK_DISABLED')]);
  await registration.forceFlush();
  await registration.shutdown();
});

describe('beside another SDK', () => {
  test('its tracer provider stays, metrics are ours', async () => {
    const said = recordDiagnostics();
    const other = new TracerProvider();
    trace.setGlobalTracerProvider(other);
    const registration = registerForTest({ ...quiet, otlp: { endpoint: 'http://127.0.0.1:9' } });
    expect(registration.tracerProvider).toBe(undefined);
    expect(trace.getTracer('test')).toBe(other.getTracer('test'));
    expect(metrics.getMeterProvider()).toBe(registration.meterProvider);
    expect(followsCalls()).toBe(undefined);
    expect(said).toEqual([expect.stringContaining('TracerProvider is already registered')]);
    await registration.shutdown({ timeoutMillis: 50 });
    expect(trace.getTracer('test')).toBe(other.getTracer('test'));
  });

  test('its meter provider stays, traces are ours, /metrics says what to do', async () => {
    const said = recordDiagnostics();
    const other = new MeterProvider();
    metrics.setGlobalMeterProvider(other);
    const registration = registerForTest({ traces: true });
    await registration.ready;
    expect(registration.meterProvider).toBe(undefined);
    expect(registration.metricsUrl).toBe(undefined);
    expect(trace.getTracer('test').startSpan('ours').isRecording()).toBe(true);
    expect(said).toEqual([expect.stringContaining('MeterProvider is already registered')]);
    expect(await read(registration)).toEqual([503, expect.stringContaining('new PrometheusBridge()')]);
    await registration.shutdown();
    expect(metrics.getMeterProvider()).toBe(other);
  });

  test('its context manager and propagator stay', async () => {
    const manager = new AsyncLocalStorageContextManager();
    context.setGlobalContextManager(manager);
    propagation.setGlobalPropagator(new W3CBaggagePropagator());
    const registration = registerForTest({ ...quiet, traces: true });
    expect(propagation.fields()).toEqual(['baggage']);
    await registration.shutdown();
    expect(propagation.fields()).toEqual(['baggage']);
    expect(manager.with(ROOT_CONTEXT.setValue(key, 1), () => context.active().getValue(key))).toBe(1);
  });

  test('an API of another version, which nothing of ours can reach, is told on the console', () => {
    const slot = Symbol.for('opentelemetry.js.api.1');
    const before = Object.getOwnPropertyDescriptor(globalThis, slot);
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const foreign = { version: '1.9.1', trace: new TracerProvider(), metrics: new MeterProvider() };
    Object.defineProperty(globalThis, slot, { value: foreign, configurable: true, writable: true });
    const registration = registerForTest({ traces: true });
    if (before === undefined) Reflect.deleteProperty(globalThis, slot);
    else Object.defineProperty(globalThis, slot, before);
    expect([registration.tracerProvider, registration.meterProvider]).toEqual([undefined, undefined]);
    expect(warn.mock.calls).toEqual([[expect.stringContaining('@opentelemetry/api 1.9.1')]]);
  });
});
