import type { LabelledValue } from '../source';
import type { NvmlApi } from './api';
import { Block } from './block';
import type { DeviceCalls } from './calls';
import { CODE } from './codes';
import { EVENT, XID_EVENT } from './layouts';

/** At most so many events are taken in one poll. */
const MOST = 1000;

const pointer = new Block(8);
const event = new Block(EVENT.size);

interface Seen {
  count: number;
  /** Seconds since 1970. */
  at: number;
}

/** XID errors since the meter started, by board. */
export class XidListener {
  readonly #api: NvmlApi;
  #set = 0n;
  readonly #uuids: Map<bigint, string> = new Map();
  readonly #seen: Map<string, Map<string, Seen>> = new Map();

  constructor(api: NvmlApi) {
    this.#api = api;
  }

  /** Listens to a board; does nothing where it has no events. */
  listen(calls: DeviceCalls, uuid: string): void {
    if (this.#set === 0n && this.#api.call('nvmlEventSetCreate', pointer.bytes) === CODE.SUCCESS)
      this.#set = pointer.u64();
    if (this.#set === 0n || !calls.ok('nvmlDeviceRegisterEvents', XID_EVENT, this.#set)) return;
    this.#uuids.set(calls.handle, uuid);
    if (!this.#seen.has(uuid)) this.#seen.set(uuid, new Map());
  }

  /** Takes what is waiting, without waiting. */
  drain(): void {
    for (let taken = 0; this.#set !== 0n && taken < MOST; taken++) {
      if (this.#api.call('nvmlEventSetWait_v2', this.#set, event.bytes, 0) !== CODE.SUCCESS) return;
      const uuid = this.#uuids.get(event.u64(EVENT.device));
      if (uuid !== undefined && event.u64(EVENT.type) === XID_EVENT) this.#note(uuid, String(event.u64(EVENT.data)));
    }
  }

  /** All XID errors of a board; absent where it is not listened to. */
  total(uuid: string): number | undefined {
    const seen = this.#seen.get(uuid);
    return seen && [...seen.values()].reduce((sum, { count }) => sum + count, 0);
  }

  /** By code, with the time of the last. */
  labelled(uuid: string): LabelledValue[] {
    return Array.from(this.#seen.get(uuid) ?? [], ([xid, { count, at }]): LabelledValue[] => [
      { key: 'xid', value: count, labels: { xid } },
      { key: 'xidSeen', value: at, labels: { xid } },
    ]).flat();
  }

  /** Lets go of the driver; what was counted stays. */
  close(): void {
    if (this.#set !== 0n) this.#api.call('nvmlEventSetFree', this.#set);
    this.#set = 0n;
    this.#uuids.clear();
  }

  #note(uuid: string, xid: string): void {
    const codes = this.#seen.get(uuid);
    const seen = codes?.get(xid) ?? { count: 0, at: 0 };
    seen.count += 1;
    seen.at = Date.now() / 1000;
    codes?.set(xid, seen);
  }
}
