import { wrappedClients } from '@grump/llm-otel-core';
import { diag } from '@opentelemetry/api';
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core';
import { DEADLINE_MILLIS, settleWithin } from '../deadline';
import * as globals from '../globals';
import { problemsOf } from '../troubles';
import { createContextManager } from './context';
import { createInstance } from './instance';
import { checkEdgeOptions, type EdgeOptions } from './options';
import { createMetrics, createTraces, type Metrics, type Traces } from './pipelines';
import type { EdgeRegistration, EdgeStatus } from './registration';
import { type EdgeSettings, readEdgeSettings } from './settings';

const KEY = Symbol.for('@grump/llm-otel-sdk/edge/1');
const world = globalThis as { [KEY]?: EdgeRegistration };

/** What {@link register} has set up in this isolate, whichever module called it; `undefined` before that. */
export const registered = (): EdgeRegistration | undefined => world[KEY];

/**
 * Sets up OpenTelemetry where there is no Node: metrics and traces over OTLP by `fetch`, when `forceFlush()` is called. It may
 * be called at the top of a module and anew for every request: the first call of an isolate stands.
 *
 * @throws TypeError where an option is unknown or has a wrong value. A wrong variable is reported and ignored.
 */
export function register(options: EdgeOptions = {}): EdgeRegistration {
  checkEdgeOptions(options);
  world[KEY] ??= start(options);
  return world[KEY];
}

function start(options: EdgeOptions): EdgeRegistration {
  const settings = readEdgeSettings(options);
  const releases = [globals.claimDiagnostics(settings.logLevel), globals.claimErrorHandler()];
  for (const problem of settings.problems) diag.warn(problem);
  const instance = createInstance(settings.resource);
  const metrics =
    settings.disabled || globals.isTaken('metrics') ? undefined : createMetrics(options, settings, instance.resource);
  const traces =
    settings.disabled || globals.isTaken('trace') ? undefined : createTraces(options, settings, instance.resource);
  releases.push(...claim(traces, metrics));
  const within = (timeoutMillis: number, flush: (one: Traces['provider'] | Metrics['provider']) => Promise<void>) =>
    settleWithin(timeoutMillis, 'Flushing', async () => {
      await instance.choose();
      await Promise.all([traces?.provider, metrics?.provider].map((one) => one && flush(one)));
    });
  let ended = false;
  return {
    meterProvider: metrics?.provider,
    tracerProvider: traces?.provider,
    status: () => readStatus(settings, traces, metrics),
    forceFlush: async ({ timeoutMillis = DEADLINE_MILLIS } = {}) => {
      if (!ended) await within(timeoutMillis, (one) => one.forceFlush());
    },
    shutdown: async ({ timeoutMillis = DEADLINE_MILLIS } = {}) => {
      if (ended) return;
      ended = true;
      await within(timeoutMillis, (one) => one.shutdown());
      for (const release of releases) release?.();
      delete world[KEY];
    },
  };
}

function claim(traces: Traces | undefined, metrics: Metrics | undefined): (globals.Release | undefined)[] {
  const propagators = [new W3CTraceContextPropagator(), new W3CBaggagePropagator()];
  return [
    traces && globals.claimTracerProvider(traces.provider),
    metrics && globals.claimMeterProvider(metrics.provider),
    globals.claimContext(createContextManager()),
    globals.claimPropagation(new CompositePropagator({ propagators })),
  ];
}

function readStatus(settings: EdgeSettings, traces: Traces | undefined, metrics: Metrics | undefined): EdgeStatus {
  const clients = wrappedClients();
  const exporters = [traces?.log, metrics?.log].flatMap((log) => (log === undefined ? [] : [log.now]));
  return {
    exporters,
    clients,
    calls: clients.reduce((sum, { calls }) => sum + calls, 0),
    queue: traces?.queue?.facts ?? { waiting: 0, capacity: 0, dropped: 0 },
    problems: [...settings.problems, ...problemsOf(exporters, clients, 0)],
  };
}
