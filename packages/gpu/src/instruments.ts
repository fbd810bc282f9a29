import {
  type Attributes,
  type BatchObservableCallback,
  type Meter,
  metrics,
  type Observable,
} from '@opentelemetry/api';
import type { ConventionKind } from './conventions';
import { forgetSeries } from './forget-series';
import { HW } from './hw';
import type { Settings } from './options';
import { instrumentRows, type Series } from './series';
import { GPU_VERSION, SCOPE_NAME, SLICE_SCOPE_NAME } from './version';

/** What the callbacks read: never the driver. */
export interface View {
  boards(): readonly Series[];
  slices(): readonly Series[];
  /** Health, which is there as long as the meter is not dormant. */
  health(): readonly Series[];
}

interface Description {
  readonly kind: ConventionKind;
  readonly unit: string;
  readonly description: string;
}

/** The meter's own health, and what comes from elsewhere than a driver. */
export const EXTRA: Readonly<Record<string, Description>> = {
  gpu_collector_up: { kind: 'gauge', unit: '', description: '1 while the GPUs can be read, 0 while they can not' },
  gpu_collector_last_success_timestamp_seconds: {
    kind: 'gauge',
    unit: 's',
    description: 'When the GPUs were last read',
  },
  gpu_collector_poll_duration_seconds: { kind: 'gauge', unit: 's', description: 'Time that the last poll took' },
  gpu_collector_errors_total: { kind: 'counter', unit: '{error}', description: 'Errors by source and code' },
  gpu_pod_info: { kind: 'gauge', unit: '', description: '1 for each pod that was given the device' },
  gpu_nccl_send_bytes_total: {
    kind: 'counter',
    unit: 'By',
    description: 'Size of the messages that NCCL sent, a lower bound',
  },
  gpu_nccl_recv_bytes_total: {
    kind: 'counter',
    unit: 'By',
    description: 'Size of the messages that NCCL received, a lower bound',
  },
};

/** Creates the instruments, which read the view whenever somebody collects. Returns what takes the callbacks away. */
export function createInstruments(settings: Settings, view: View): () => void {
  const provider = settings.meterProvider ?? metrics.getMeterProvider();
  const boards = observe(provider.getMeter(SCOPE_NAME, GPU_VERSION), settings, true, () => [
    ...view.health(),
    ...view.boards(),
  ]);
  const slices = observe(provider.getMeter(SLICE_SCOPE_NAME, GPU_VERSION), settings, false, view.slices);
  return () => {
    boards();
    slices();
  };
}

function observe(meter: Meter, { conventions }: Settings, extra: boolean, read: () => readonly Series[]): () => void {
  const instruments = new Map<string, Observable>();
  const add = (name: string, row: Description) => instruments.set(name, create(meter, name, row));
  if (extra) for (const [name, row] of Object.entries(EXTRA)) add(name, row);
  if (conventions !== 'hw') for (const [name, row] of instrumentRows()) add(name, row);
  if (conventions !== 'gpu') for (const [name, row] of Object.entries(HW)) add(name, row);
  const all = [...instruments.values()];
  const living = new LiveSeries(instruments);
  const callback: BatchObservableCallback = (result) => {
    const series = read();
    living.keep(series);
    for (const { name, value, attributes } of series) {
      const instrument = instruments.get(name);
      if (instrument !== undefined) result.observe(instrument, value, attributes);
    }
  };
  meter.addBatchObservableCallback(callback, all);
  return () => {
    meter.removeBatchObservableCallback(callback, all);
    living.keep([]);
  };
}

/** Ends the series that are reported no more. */
class LiveSeries {
  readonly #instruments: ReadonlyMap<string, Observable>;
  #before = new Map<string, ReadonlySet<string>>();

  constructor(instruments: ReadonlyMap<string, Observable>) {
    this.#instruments = instruments;
  }

  keep(series: readonly Series[]): void {
    const now = new Map<string, Set<string>>();
    for (const { name, attributes } of series) {
      const ids = now.get(name) ?? new Set();
      now.set(name, ids.add(idOf(attributes)));
    }
    for (const [name, ids] of this.#before) {
      const left = now.get(name);
      const instrument = this.#instruments.get(name);
      const hasEnded = [...ids].some((id) => left?.has(id) !== true);
      if (hasEnded && instrument) forgetSeries(instrument, (attributes) => left?.has(idOf(attributes)) === true);
    }
    this.#before = now;
  }
}

const idOf = (attributes: Attributes): string =>
  JSON.stringify(Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1)));

function create(meter: Meter, name: string, { kind, unit, description }: Description): Observable {
  const options = { unit, description };
  if (kind === 'counter') return meter.createObservableCounter(name, options);
  if (kind === 'updowncounter') return meter.createObservableUpDownCounter(name, options);
  return meter.createObservableGauge(name, options);
}
