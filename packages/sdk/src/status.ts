import { type WrappedClient, wrappedClients } from '@grump/llm-otel-core';
import type { Delivery } from './deliveries';
import type { QueueFacts } from './self-meters';
import type { Settings } from './settings';
import { problemsOf } from './troubles';
import type { Watched } from './watched';

/** Who has a signal: `register()`, another SDK that was there before, or nobody. */
export type Owner = 'ours' | 'another SDK' | 'off';

/** What `register()` has done, and how it goes. Plain data. */
export interface Status {
  readonly signals: { readonly traces: Owner; readonly metrics: Owner; readonly logs: Owner };
  /** Every exporter that pushes, with what became of its exports. */
  readonly exporters: readonly Delivery[];
  /** Where `/metrics` listens; `undefined` where it does not. */
  readonly metricsUrl: string | undefined;
  /** Clients that were wrapped in this process; copies of one count with it. */
  readonly clients: readonly WrappedClient[];
  /** Calls of all clients that have begun, whether or not `register()` had run by then. */
  readonly calls: number;
  readonly queues: { readonly spans: QueueFacts; readonly logRecords: QueueFacts };
  /** One sentence for each variable that is not used and each thing that is amiss now. */
  readonly problems: readonly string[];
}

/** What a status is made of. */
export interface StatusSource {
  readonly signals: Status['signals'];
  readonly settings: Settings;
  readonly watched: Watched;
  readonly metricsUrl: () => string | undefined;
}

/** The state of things now; `minutes` is how long it has had time to go right. */
export function readStatus({ signals, settings, watched, metricsUrl }: StatusSource, minutes: number): Status {
  const clients = wrappedClients();
  const exporters = watched.deliveries.map((log) => log.now);
  return {
    signals,
    exporters,
    metricsUrl: metricsUrl(),
    clients,
    calls: clients.reduce((sum, { calls }) => sum + calls, 0),
    queues: { spans: watched.meters.queue('span'), logRecords: watched.meters.queue('log') },
    problems: [...settings.problems, ...problemsOf(exporters, clients, minutes)],
  };
}

/** The line that is said once, when all is set up. */
export function startUpLine({ signals, exporters, metricsUrl, clients, calls }: Status): string {
  const places = (signal: 'traces' | 'metrics' | 'logs') => {
    const pushed = exporters.filter((exporter) => exporter.signal === signal).map(placeOf);
    const all = signal === 'metrics' && metricsUrl !== undefined ? [...pushed, metricsUrl] : pushed;
    if (signals[signal] !== 'ours') return `${signal} ${signals[signal] === 'off' ? 'off' : 'left to another SDK'}`;
    return `${signal} to ${all.join(' and ') || 'readers of the application'}`;
  };
  const wrapped = clients.map(({ kind, address }) => (address === undefined ? kind : `${kind} for ${address}`));
  const clientsPart = wrapped.length === 0 ? 'no client is wrapped yet' : `wrapped: ${wrapped.join(', ')}`;
  const signalsPart = [places('traces'), places('metrics'), places('logs')].join('; ');
  return `register(): ${signalsPart}; ${clientsPart}; ${calls} ${calls === 1 ? 'call' : 'calls'} seen.`;
}

function placeOf({ exporter, endpoint, protocol }: Delivery): string {
  return endpoint === undefined ? `the ${exporter}` : `${endpoint} (${exporter}, ${protocol})`;
}
