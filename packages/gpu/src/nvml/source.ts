import { nameProcesses } from '../processes';
import type { GpuDevice, GpuSource, SourceReading, SourceState } from '../source';
import type { NvmlApi } from './api';
import { Block } from './block';
import { readBoard, unreadable, withXids } from './board';
import { Boards, type Slot } from './boards';
import { FaultLog } from './calls';
import { CODE, policyOf } from './codes';
import { XidListener } from './events';
import { DeviceFault, DriverFault, StaleFault } from './faults';
import { hasNvidiaDriver, openNvml } from './library';
import type { NvmlOptions } from './options';

/** Devices are looked up again after so long. */
const LOOK_UP_MILLIS = 60_000;
const FIRST_WAIT = 1000;
const LONGEST_WAIT = 60_000;

const text = new Block(80);

/** GPUs of NVIDIA through the driver's own library. */
export class NvmlSource implements GpuSource {
  readonly name = 'nvml';
  readonly #options: NvmlOptions;
  readonly #log = new FaultLog();
  #api: NvmlApi | undefined;
  #boards: Boards | undefined;
  #xids: XidListener | undefined;
  #started = false;
  #driverVersion = '';
  #lookUpAt = 0;
  #retryAt = 0;
  #waitMillis = FIRST_WAIT;
  #trouble: { state: SourceState; reason: string } = { state: 'dormant', reason: '' };

  constructor(options: NvmlOptions) {
    this.#options = options;
  }

  async poll(nowMillis: number): Promise<SourceReading> {
    if (nowMillis < this.#retryAt) return this.#reading(this.#trouble, []);
    try {
      await this.#load();
      this.#start();
      const devices = this.#read(nowMillis);
      if (this.#options.holdDriver === 'per-poll') this.close();
      this.#waitMillis = FIRST_WAIT;
      return this.#reading({ state: 'up' }, devices);
    } catch (error) {
      return this.#fault(error, nowMillis);
    }
  }

  /** Shuts the driver down as often as it was started: once. */
  close(): void {
    this.#boards?.close();
    if (this.#started) this.#api?.call('nvmlShutdown');
    this.#started = false;
  }

  async #load(): Promise<void> {
    if (this.#api !== undefined) return;
    const { root, library, open = openNvml } = this.#options;
    if (!hasNvidiaDriver(root)) throw new DriverFault(CODE.DRIVER_NOT_LOADED, true, 'a look for its device files');
    this.#api = await open(library);
    this.#xids = new XidListener(this.#api);
    this.#boards = new Boards(this.#api, this.#log, this.#xids, root);
  }

  #start(): void {
    const api = this.#api as NvmlApi;
    if (this.#started) return;
    const code = api.call('nvmlInit_v2');
    if (code !== CODE.SUCCESS) throw new DriverFault(code, policyOf(code) === 'inactive', 'nvmlInit_v2');
    this.#started = true;
    this.#lookUpAt = 0;
    const told = api.call('nvmlSystemGetDriverVersion', text.bytes, text.bytes.length) === CODE.SUCCESS;
    this.#driverVersion = told ? text.text() : '';
  }

  #read(nowMillis: number): GpuDevice[] {
    const boards = this.#boards as Boards;
    if (nowMillis >= this.#lookUpAt) this.#lookUp(boards, nowMillis);
    try {
      return this.#readAll(boards, nowMillis);
    } catch (error) {
      if (!(error instanceof StaleFault)) throw error;
      this.#lookUp(boards, nowMillis);
      return this.#readAll(boards, nowMillis);
    }
  }

  #lookUp(boards: Boards, nowMillis: number): void {
    boards.find(nowMillis);
    this.#lookUpAt = nowMillis + LOOK_UP_MILLIS;
  }

  #readAll(boards: Boards, nowMillis: number): GpuDevice[] {
    const devices = boards.slots.flatMap((slot) => this.#readSlot(boards, slot, nowMillis));
    const xids = this.#xids as XidListener;
    xids.drain();
    return devices.map((device) => ({ ...withXids(device, xids), driverVersion: this.#driverVersion }));
  }

  #readSlot(boards: Boards, slot: Slot, nowMillis: number): GpuDevice[] {
    boards.retry(slot, nowMillis);
    if (slot.board === undefined) return [unreadable(slot.identity, 'failed')];
    // Any call would wake it up.
    if (slot.board.power?.text() === 'suspended') return [unreadable(slot.identity, 'suspended')];
    try {
      const { device, slices, processes } = readBoard(slot.board, this.#options, nowMillis);
      return nameProcesses([device, ...slices], processes, this.#options);
    } catch (error) {
      if (!(error instanceof DeviceFault)) throw error;
      boards.fail(slot, nowMillis);
      return [unreadable(slot.identity, 'failed')];
    }
  }

  #fault(error: unknown, nowMillis: number): SourceReading {
    const down = error instanceof DriverFault && !error.inactive;
    if (error instanceof DriverFault && this.#api !== undefined) this.#log.count(error.code);
    try {
      this.close();
    } finally {
      this.#started = false;
      this.#retryAt = nowMillis + this.#waitMillis;
      this.#waitMillis = Math.min(this.#waitMillis * 2, LONGEST_WAIT);
    }
    const isStale = error instanceof StaleFault;
    const reason = error instanceof Error ? error.message : String(error);
    this.#trouble = { state: down || isStale ? 'down' : 'dormant', reason };
    return this.#reading(this.#trouble, []);
  }

  #reading(state: { state: SourceState; reason?: string }, devices: readonly GpuDevice[]): SourceReading {
    return { source: this.name, ...state, devices, errors: this.#log.take() };
  }
}
