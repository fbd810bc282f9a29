import { diag } from '@opentelemetry/api';
import { findCards } from './amdgpu/discover';
import { EnergyLedger } from './energy';
import { startExtras } from './extras';
import { healthSeries } from './health';
import { helperFile } from './helper-file';
import { createInstruments } from './instruments';
import { startInline } from './isolation/inline';
import { startProcess } from './isolation/process';
import type { Transport } from './isolation/transport';
import { startWorker } from './isolation/worker';
import { hasNvidiaDriver } from './nvml/library';
import { type GpuMeterOptions, readOptions, type Settings } from './options';
import { type MeterState, Poller } from './poller';
import { type Series, seriesOf } from './series';
import type { GpuDevice } from './source';

/** What {@link startGpuMeter} started. */
export interface GpuMeter {
  readonly state: MeterState;
  /** Why it is dormant or down, in one sentence; else empty. */
  readonly reason: string;
  /** Resolves when the first poll is over. It does not keep the process alive. */
  readonly ready: Promise<void>;
  /** What was last read; empty once it is older than three intervals. */
  devices(): readonly GpuDevice[];
  /** Energy of boards since the meter started; see `tokensPerJoule`. */
  readonly energy: EnergyLedger;
  /** Lets go of the driver until {@link resume}: for a reset, another division by MIG, a laptop that shall sleep. */
  pause(): void;
  resume(): Promise<void>;
  /** Ends it at once; a driver that hangs is not waited for. */
  shutdown(): Promise<void>;
}

/**
 * Measures the GPUs of this machine, in a helper process. Where there is none it lies dormant.
 * @throws RangeError or TypeError where an option has a wrong value.
 */
export function startGpuMeter(options: GpuMeterOptions = {}): GpuMeter {
  const settings = readOptions(options);
  const energy = new EnergyLedger();
  let release: (() => void) | undefined;
  const poller: Poller = new Poller({
    ...settings,
    probe: () => hasNvidiaDriver(settings.root) || findCards(settings.root).length > 0,
    start: () => connect(settings),
    onState: (state, reason) => {
      tell(state, reason);
      if (state === 'running' || state === 'down') release ??= measure(settings, poller);
    },
    onReading: (devices, nowMillis) => energy.note(devices, nowMillis),
  });
  const ready = poller.start();
  return {
    get state() {
      return poller.state;
    },
    get reason() {
      return poller.reason;
    },
    ready,
    energy,
    devices: () => poller.devices(),
    pause: () => poller.pause(),
    resume: () => poller.resume(),
    async shutdown() {
      poller.stop();
      release?.();
    },
  };
}

/** Creates the instruments and what else is asked for, now that there is something to measure. */
function measure(settings: Settings, poller: Poller): () => void {
  const extras = startExtras(settings);
  const series = (part: (device: GpuDevice) => boolean): Series[] => seriesOf(poller.devices().filter(part), settings);
  const remove = createInstruments(settings, {
    boards: () => [...series(({ mig }) => mig === undefined), ...extras.series()],
    slices: () => series(({ mig }) => mig !== undefined),
    health: () => healthSeries(poller),
  });
  return () => {
    remove();
    extras.stop();
  };
}

function connect(settings: Settings): Transport {
  const { root, library, pcieThroughput, holdDriver, timeoutMillis, isolation } = settings;
  const processes = settings.processes !== undefined;
  const pods = settings.kubernetes !== undefined;
  const plain = { root, library, processes, pods, pcieThroughput, holdDriver, timeoutMillis };
  if (isolation === 'inline') return startInline(plain);
  const helper = settings.helperPath ?? helperFile();
  return isolation === 'worker' ? startWorker(helper, plain) : startProcess(helper, plain);
}

function tell(state: MeterState, reason: string): void {
  if (state === 'dormant') diag.info(`The GPU meter is dormant: ${reason}.`);
  if (state === 'down') diag.warn(`The GPU meter is down: ${reason}.`);
}
