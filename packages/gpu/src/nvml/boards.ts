import type { NvmlApi } from './api';
import { Block } from './block';
import { type Board, type BoardHistory, closeBoard, closeHistory, openBoard } from './board';
import { DeviceCalls, type FaultLog } from './calls';
import { CODE, codeName, policyOf } from './codes';
import type { XidListener } from './events';
import { DeviceFault, DriverFault } from './faults';
import type { Identity } from './identity';

const FIRST_WAIT = 30_000;
const LONGEST_WAIT = 600_000;

const out = new Block(8);

/** A place on the bus: a board that answers, or one that is left alone until `retryAt`. */
export interface Slot {
  readonly index: number;
  identity: Identity;
  board?: Board | undefined;
  retryAt: number;
  waitMillis: number;
}

/** Looks boards up, and remembers those that answer no more. */
export class Boards {
  readonly #api: NvmlApi;
  readonly #log: FaultLog;
  readonly #xids: XidListener;
  readonly #root: string;
  readonly #histories: Map<string, BoardHistory> = new Map();
  slots: Slot[] = [];

  constructor(api: NvmlApi, log: FaultLog, xids: XidListener, root: string) {
    this.#api = api;
    this.#root = root;
    this.#log = log;
    this.#xids = xids;
  }

  /** Looks all boards up, but for those that have failed. */
  find(nowMillis: number): void {
    this.#xids.close();
    const code = this.#api.call('nvmlDeviceGetCount_v2', out.bytes);
    if (code !== CODE.SUCCESS) throw new DriverFault(code, policyOf(code) === 'inactive', 'nvmlDeviceGetCount_v2');
    const count = out.u32();
    if (count === 0) throw new DriverFault(CODE.GPU_NOT_FOUND, true, 'nvmlDeviceGetCount_v2');
    this.slots = Array.from({ length: count }, (_, index) => this.#slot(index, nowMillis));
  }

  /** Leaves a board alone for a while, longer each time. */
  fail(slot: Slot, nowMillis: number): void {
    release(slot);
    slot.retryAt = nowMillis + slot.waitMillis;
    slot.waitMillis = Math.min(slot.waitMillis * 2, LONGEST_WAIT);
  }

  close(): void {
    for (const history of this.#histories.values()) closeHistory(history);
    for (const slot of this.slots) release(slot);
    this.#xids.close();
  }

  /** Opens a board again that has failed, once its time has come. */
  retry(slot: Slot, nowMillis: number): void {
    if (slot.board !== undefined || nowMillis < slot.retryAt) return;
    try {
      slot.board = this.#open(slot.index);
      slot.identity = slot.board.identity;
      slot.waitMillis = FIRST_WAIT;
    } catch (error) {
      if (!(error instanceof DeviceFault)) throw error;
      this.fail(slot, nowMillis);
    }
  }

  #slot(index: number, nowMillis: number): Slot {
    const nobody = { index, uuid: '', name: '', bus: '' };
    const slot = this.slots[index] ?? { index, identity: nobody, retryAt: 0, waitMillis: FIRST_WAIT };
    release(slot);
    this.retry(slot, nowMillis);
    return slot;
  }

  #open(index: number): Board {
    const code = this.#api.call('nvmlDeviceGetHandleByIndex_v2', index, out.bytes);
    if (code !== CODE.SUCCESS) this.#refused(code);
    const calls = new DeviceCalls(this.#api, out.u64(), `board ${index}`, this.#log);
    const board = openBoard(this.#api, calls, index, this.#log, this.#histories, this.#root);
    this.#xids.listen(calls, board.identity.uuid);
    return board;
  }

  #refused(code: number): never {
    this.#log.count(code);
    if (policyOf(code) === 'failed') throw new DriverFault(code, false, 'nvmlDeviceGetHandleByIndex_v2');
    throw new DeviceFault(`${codeName(code)} from nvmlDeviceGetHandleByIndex_v2`);
  }
}

function release(slot: Slot): void {
  if (slot.board !== undefined) closeBoard(slot.board);
  slot.board = undefined;
}
