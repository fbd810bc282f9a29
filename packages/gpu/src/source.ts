import type { ValueKey } from './conventions';

/** What a board or a slice is doing. `suspended`: asleep, and left asleep. */
export type DeviceState = 'ok' | 'failed' | 'suspended';

/** A slice of a board that is divided by MIG. */
export interface MigSlice {
  /** The slice's UUID. */
  readonly device: string;
  /** Such as `1g.10gb`. */
  readonly profile: string;
  /** Id of the GPU instance, which owns the memory. */
  readonly instance: number;
}

/** A value whose labels are only known at run time, such as those of a process. */
export interface LabelledValue {
  readonly key: ValueKey;
  readonly value: number;
  readonly labels: Readonly<Record<string, string>>;
}

/** One board, or one MIG slice of it, as read at one moment. */
export interface GpuDevice {
  /** Index of the board; it is not stable, the UUID is. */
  readonly index: string;
  /** Of the board, also on slices. Empty where the board has failed before it could be asked. */
  readonly uuid: string;
  readonly name: string;
  readonly vendor: string;
  readonly driverVersion?: string | undefined;
  readonly mig?: MigSlice | undefined;
  readonly state: DeviceState;
  /** In the units of the conventions. What the driver did not give is absent. */
  readonly values: Partial<Record<ValueKey, number>>;
  readonly labelled?: readonly LabelledValue[] | undefined;
}

/** `dormant`: there is nothing to measure here. `down`: there should be, and it does not answer. */
export type SourceState = 'up' | 'down' | 'dormant';

/** What a source found in one poll. */
export interface SourceReading {
  readonly source: string;
  readonly state: SourceState;
  /** Why it is not up, in one sentence. */
  readonly reason?: string | undefined;
  readonly devices: readonly GpuDevice[];
  /** Errors of this poll, by the driver's name for them. */
  readonly errors: Readonly<Record<string, number>>;
}

/** A way to read GPUs. It may block: it runs in a helper process. */
export interface GpuSource {
  readonly name: string;
  /** Never throws. `nowMillis` is monotonic. */
  poll(nowMillis: number): SourceReading | Promise<SourceReading>;
  /** Lets go of the driver; the next poll takes hold of it again. */
  close(): void;
}
