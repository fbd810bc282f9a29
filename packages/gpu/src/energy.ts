import type { GpuDevice } from './source';

/** `counter`: the board counted it. `estimated`: at least a part was integrated from its power. */
export type EnergySource = 'counter' | 'estimated';

/** Energy of one board since the meter started. */
export interface Energy {
  readonly joules: number;
  readonly source: EnergySource;
  /** Readings after which some energy is unknown: the counter began anew, or there was a gap. */
  readonly gaps: number;
  /** The board is divided by MIG, so that its energy belongs to nobody in particular. */
  readonly divided: boolean;
}

interface Entry {
  joules: number;
  source: EnergySource;
  gaps: number;
  divided: boolean;
  lastCount: number | undefined;
  lastPower: number | undefined;
  at: number;
}

/** Power between two readings is only assumed to be what lies between them this far apart. */
const LONGEST_STEP_MILLIS = 60_000;

/** Adds up the energy of each board. */
export class EnergyLedger {
  readonly #entries: Map<string, Entry> = new Map();

  /** Takes a reading. */
  note(devices: readonly GpuDevice[], nowMillis: number): void {
    const divided = new Set(devices.flatMap(({ mig, uuid }) => (mig === undefined ? [] : [uuid])));
    for (const { uuid, mig, values } of devices) {
      if (mig !== undefined || uuid === '') continue;
      const entry = this.#entry(uuid, nowMillis);
      entry.divided = divided.has(uuid);
      step(entry, values.energy, values.power, nowMillis);
    }
  }

  /** Energy of a board; `undefined` where it was never known. */
  of(uuid: string): Energy | undefined {
    const entry = this.#entries.get(uuid);
    if (entry === undefined || (entry.lastCount === undefined && entry.lastPower === undefined)) return undefined;
    const { joules, source, gaps, divided } = entry;
    return { joules, source, gaps, divided };
  }

  /** The boards that were read. */
  uuids(): string[] {
    return [...this.#entries.keys()];
  }

  #entry(uuid: string, at: number): Entry {
    const entry = this.#entries.get(uuid) ?? {
      joules: 0,
      source: 'counter',
      gaps: 0,
      divided: false,
      lastCount: undefined,
      lastPower: undefined,
      at,
    };
    this.#entries.set(uuid, entry);
    return entry;
  }
}

function step(entry: Entry, count: number | undefined, power: number | undefined, nowMillis: number): void {
  const elapsed = nowMillis - entry.at;
  const started = entry.lastCount !== undefined || entry.lastPower !== undefined;
  if (count !== undefined && entry.lastCount !== undefined && count >= entry.lastCount) {
    entry.joules += count - entry.lastCount;
  } else if (
    count === undefined &&
    power !== undefined &&
    entry.lastPower !== undefined &&
    elapsed <= LONGEST_STEP_MILLIS
  ) {
    entry.joules += (((power + entry.lastPower) / 2) * elapsed) / 1000;
    entry.source = 'estimated';
  } else if (started) entry.gaps += 1;
  entry.lastCount = count;
  entry.lastPower = power;
  entry.at = nowMillis;
}
