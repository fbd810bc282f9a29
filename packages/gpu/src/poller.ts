import { setTimeout } from 'node:timers/promises';
import { Health } from './health';
import type { Transport } from './isolation/transport';
import type { Reading } from './session';
import type { GpuDevice, SourceReading } from './source';

/** What the meter is doing. */
export type MeterState = 'starting' | 'running' | 'down' | 'dormant' | 'paused' | 'stopped';

/** How the poller is driven. */
export interface PollerSettings {
  readonly intervalMillis: number;
  readonly timeoutMillis: number;
  /** Whether there might be anything to read; asked before a helper is started. */
  readonly probe: () => boolean;
  readonly start: () => Transport;
  /** Hears of every change of state, with the reason. */
  readonly onState: (state: MeterState, reason: string) => void;
  /** Hears of every reading that found something. */
  readonly onReading?: ((devices: readonly GpuDevice[], nowMillis: number) => void) | undefined;
}

const FIRST_WAIT = 1000;
const LONGEST_WAIT = 60_000;
/** A machine without a GPU is looked at again after so long. */
const DORMANT_WAIT = 60_000;
/** So many intervals a value is good for. */
const GOOD_FOR = 3;
/** A helper may take so many times longer for its first answer: it has to start, and so has the driver. */
const START_FACTOR = 3;
const RESUME_STEP = 20;

/** Polls by the clock, keeps the last snapshot, and replaces a helper that hangs. */
export class Poller {
  readonly #settings: PollerSettings;
  readonly health: Health = new Health();
  state: MeterState = 'starting';
  reason = '';
  #devices: readonly GpuDevice[] = [];
  #readAt = Number.NEGATIVE_INFINITY;
  #transport: Transport | undefined;
  /** A helper that was killed, and that the kernel may still hold on to. */
  #dying: Transport | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** Whether this helper has ever answered. */
  #answered = false;
  #busy = false;
  #retryAt = 0;
  #waitMillis = FIRST_WAIT;

  constructor(settings: PollerSettings) {
    this.#settings = settings;
  }

  /** Starts the clock; resolves when the first poll is over. */
  start(): Promise<void> {
    this.#timer = setInterval(() => void this.tick(), this.#settings.intervalMillis);
    this.#timer.unref();
    return this.tick();
  }

  /** Whether the last reading is young enough to be reported. */
  get isFresh(): boolean {
    return performance.now() - this.#readAt <= GOOD_FOR * this.#settings.intervalMillis;
  }

  /** The last devices that were read; none once they are too old. */
  devices(): readonly GpuDevice[] {
    return this.isFresh ? this.#devices : [];
  }

  /** Lets go of the driver, and reads nothing until `resume()`. */
  pause(): void {
    if (this.state === 'stopped') return;
    this.#enter('paused', 'paused by the application');
    this.#drop();
    this.#readAt = Number.NEGATIVE_INFINITY;
  }

  /** Resolves after the first poll; the helper of before may have to end first. */
  async resume(): Promise<void> {
    if (this.state !== 'paused') return;
    this.#enter('starting', '');
    this.#retryAt = 0;
    const end = performance.now() + this.#settings.timeoutMillis;
    const isStarting = () => this.state === 'starting' && performance.now() < end;
    for (await this.tick(); isStarting(); await this.tick()) await setTimeout(RESUME_STEP, undefined, { ref: false });
  }

  /** Ends everything at once; a helper that hangs is not waited for. */
  stop(): void {
    clearInterval(this.#timer);
    this.#enter('stopped', 'shut down');
    this.#drop();
    this.#devices = [];
  }

  /** One poll, unless one is under way, or it is not yet time to try again. Never rejects. */
  async tick(): Promise<void> {
    const now = performance.now();
    if (this.#busy || now < this.#retryAt || this.state === 'paused' || this.state === 'stopped') return;
    this.#busy = true;
    try {
      const transport = this.#connect(now);
      if (transport !== undefined) await this.#poll(transport);
    } catch (error) {
      this.#fail(error instanceof Error ? error.message : String(error));
    } finally {
      this.#busy = false;
    }
  }

  #connect(now: number): Transport | undefined {
    if (this.#transport !== undefined) return this.#transport;
    if (this.#dying?.gone === false) return undefined;
    this.#dying = undefined;
    if (!this.#settings.probe()) {
      this.#sleep('there is no GPU driver on this machine', now);
      return undefined;
    }
    this.#answered = false;
    this.#transport = this.#settings.start();
    return this.#transport;
  }

  async #poll(transport: Transport): Promise<void> {
    const isCurrent = () => transport === this.#transport;
    try {
      const reading = await this.#within(transport.poll(), this.#answered ? 1 : START_FACTOR);
      this.#answered = true;
      if (isCurrent()) this.#take(reading);
    } catch (error) {
      // Else it was paused or stopped meanwhile.
      if (isCurrent()) throw error;
    }
  }

  #within(answer: Promise<Reading>, factor: number): Promise<Reading> {
    const timeoutMillis = this.#settings.timeoutMillis * factor;
    return new Promise((resolve, reject) => {
      const late = () => reject(new Error(`the driver did not answer within ${timeoutMillis} ms`));
      const timer = globalThis.setTimeout(late, timeoutMillis).unref();
      answer.then(resolve, reject).finally(() => clearTimeout(timer));
    });
  }

  #take({ sources, seconds }: Reading): void {
    this.health.pollSeconds = seconds;
    for (const source of sources) this.health.note(source);
    const down = sources.filter(({ state }) => state === 'down');
    const up = sources.filter(({ state }) => state === 'up');
    const now = performance.now();
    if (up.length > 0) this.#keep(up, now);
    this.#waitMillis = FIRST_WAIT;
    if (down.length > 0) this.#enter('down', reasons(down));
    else if (up.length > 0) this.#enter('running', '');
    else this.#sleep(reasons(sources), now);
  }

  #keep(up: readonly SourceReading[], now: number): void {
    this.#devices = up.flatMap(({ devices }) => devices);
    this.#readAt = now;
    this.health.lastSuccess = Date.now() / 1000;
    this.#settings.onReading?.(this.#devices, now);
  }

  /** Nothing to measure: no helper stays behind. */
  #sleep(reason: string, now: number): void {
    this.#drop();
    this.#devices = [];
    this.#retryAt = now + DORMANT_WAIT;
    this.#enter('dormant', reason);
  }

  #fail(reason: string): void {
    if (this.state === 'paused' || this.state === 'stopped') return;
    this.health.count('helper', 'NO_ANSWER', 1);
    this.#drop();
    this.#retryAt = performance.now() + this.#waitMillis;
    this.#waitMillis = Math.min(this.#waitMillis * 2, LONGEST_WAIT);
    this.#enter('down', reason);
  }

  #drop(): void {
    if (this.#transport === undefined) return;
    this.#dying = this.#transport;
    this.#transport = undefined;
    this.#dying.kill();
  }

  #enter(state: MeterState, reason: string): void {
    const changed = state !== this.state || (state !== 'down' && reason !== this.reason);
    this.state = state;
    this.reason = reason;
    if (changed) this.#settings.onState(state, reason);
  }
}

const reasons = (sources: readonly SourceReading[]): string =>
  sources.map(({ source, reason }) => `${source}: ${reason}`).join('; ');
