import type { FamilySnapshot } from '../family';
import type { FamilySource } from '../family-source';
import { createWarn } from '../warn';
import { backoff, deliver, type Outcome, pause } from './deliver';
import { endedSeries } from './ended';
import { bodyOf, portions, serviceLabels } from './portions';
import { BoundedQueue, type Queued } from './queue';
import { HEADERS, type RemoteWriteVersion } from './write-request';

export interface RemoteWriteOptions {
  /** Where to write, for instance `http://localhost:9090/api/v1/write`. */
  readonly url: string;
  /** Milliseconds between two collections. Default 15000. */
  readonly intervalMillis?: number;
  /** `2.0` goes back to `1.0` where the other side does not know it. Default `1.0`, which everything knows. */
  readonly version?: RemoteWriteVersion;
  /** Labels that every series carries. Default `job` and `instance`, from the resource's service. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Further headers, for instance `authorization`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** How long one request may take, in milliseconds. Default 10000. */
  readonly timeoutMillis?: number;
  /** Samples in one request. Default 2000. */
  readonly maxSamplesPerRequest?: number;
  /** Compressed bytes that may wait while the other side is away; the oldest go first. Default 16 MiB. */
  readonly maxQueueBytes?: number;
}

/** What a {@link RemoteWriter} has done so far. */
export interface RemoteWriteState {
  readonly sentSamples: number;
  /** Thrown away because too much waited, or refused by the other side. */
  readonly lostSamples: number;
  readonly queuedBytes: number;
  readonly lastError: Error | undefined;
}

export interface RemoteWriter {
  state(): RemoteWriteState;
  /** Collects once more and sends what waits. Resolves when nothing does any more, or after `timeoutMillis`. */
  flush(timeoutMillis?: number): Promise<void>;
  /** As {@link flush}, then ends. What could not be sent is lost. */
  shutdown(timeoutMillis?: number): Promise<void>;
}

/** Collects `source` again and again, and writes it to a remote-write receiver, in order, repeating what failed. */
export function startRemoteWrite(source: FamilySource, options: RemoteWriteOptions): RemoteWriter {
  return new Writer(source, options);
}

const FLUSH_MILLIS = 5000;

class Writer implements RemoteWriter {
  readonly #queue: BoundedQueue;
  readonly #end = new AbortController();
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #warn = createWarn();
  readonly #timeoutMillis: number;
  /** `undefined` while it is not known whether the other side knows 2.0. */
  #version: RemoteWriteVersion | undefined;
  #time = 0;
  #before: readonly FamilySnapshot[] = [];
  #sent = 0;
  #refused = 0;
  #lastError: Error | undefined;
  #collecting: Promise<void> | undefined;
  #sending: Promise<void> | undefined;
  #isSending = false;

  constructor(
    private readonly source: FamilySource,
    private readonly options: RemoteWriteOptions,
  ) {
    const { maxQueueBytes = 16 * 2 ** 20, intervalMillis = 15_000, timeoutMillis = 10_000, version } = options;
    this.#queue = new BoundedQueue(maxQueueBytes);
    this.#timeoutMillis = timeoutMillis;
    this.#version = version === '2.0' ? undefined : '1.0';
    this.#timer = setInterval(() => void this.#tick(), intervalMillis);
    this.#timer.unref?.();
  }

  state(): RemoteWriteState {
    const lostSamples = this.#refused + this.#queue.dropped;
    return { sentSamples: this.#sent, lostSamples, queuedBytes: this.#queue.bytes, lastError: this.#lastError };
  }

  async flush(timeoutMillis: number = FLUSH_MILLIS): Promise<void> {
    const over = new AbortController();
    // A collection that is under way may have missed what was measured just now.
    const work = Promise.resolve(this.#collecting)
      .then(() => this.#tick())
      .then(() => this.#sending);
    await Promise.race([work, pause(timeoutMillis, { signal: over.signal })]);
    over.abort();
  }

  async shutdown(timeoutMillis: number = FLUSH_MILLIS): Promise<void> {
    clearInterval(this.#timer);
    await this.flush(timeoutMillis);
    this.#end.abort();
    await this.#sending;
    this.#queue.clear();
  }

  /** Collects and begins to send. Never rejects. */
  #tick(): Promise<void> {
    this.#collecting ??= this.#collect()
      .catch((fault) => this.#fail(fault instanceof Error ? fault : new Error(String(fault))))
      .finally(() => {
        this.#collecting = undefined;
        if (!this.#isSending) this.#sending = this.#sendAll();
      });
    return this.#collecting;
  }

  async #collect(): Promise<void> {
    this.#version ??= await this.#ask();
    const families = await this.source.families();
    // Receivers refuse samples that are older than the last one of their series.
    this.#time = Math.max(Date.now(), this.#time + 1);
    const common = { time: this.#time, labels: this.options.labels ?? serviceLabels(families) };
    const version = this.#version ?? '1.0';
    const ended = await endedSeries(this.#before, families);
    this.#before = families;
    for (const samples of portions(families, ended, this.options.maxSamplesPerRequest ?? 2000)) {
      const body = await bodyOf({ ...common, samples }, version);
      if (this.#end.signal.aborted) return;
      const lost = this.#queue.dropped;
      this.#queue.push({ body, version, samples: samples.length });
      if (this.#queue.dropped > lost) this.#warn('remote write: samples are thrown away, since too many wait');
    }
  }

  /** Asks with an empty request, which a receiver of 1.0 alone refuses, or takes without telling what it wrote. */
  async #ask(): Promise<RemoteWriteVersion | undefined> {
    const body = await bodyOf({ time: 0, samples: [], labels: {} }, '2.0');
    const outcome = await this.#deliver({ body, version: '2.0', samples: 0 });
    if (outcome.kind === 'later') return undefined;
    return outcome.kind === 'done' && outcome.headers.has(WRITTEN) ? '2.0' : '1.0';
  }

  async #sendAll(): Promise<void> {
    this.#isSending = true;
    let failures = 0;
    for (let item = this.#queue.peek(); item !== undefined && !this.#end.signal.aborted; item = this.#queue.peek()) {
      const outcome = await this.#deliver(item);
      failures = outcome.kind === 'later' ? failures + 1 : 0;
      if (outcome.kind === 'later') await this.#wait(outcome.error, backoff(failures, outcome.afterMillis));
      else if (this.#queue.take(item)) this.#count(item, outcome);
    }
    this.#isSending = false;
  }

  async #wait(error: Error, millis: number): Promise<void> {
    if (this.#end.signal.aborted) return;
    this.#fail(error);
    await pause(millis, { signal: this.#end.signal, ref: false });
  }

  #count({ samples }: Queued, outcome: Exclude<Outcome, { kind: 'later' }>): void {
    if (outcome.kind === 'done') {
      this.#sent += samples;
    } else {
      this.#refused += samples;
      this.#fail(outcome.error);
    }
  }

  #deliver({ body, version }: Queued): Promise<Outcome> {
    const headers = new Headers(this.options.headers);
    for (const [name, value] of Object.entries(HEADERS[version])) headers.set(name, value);
    return deliver({ url: this.options.url, method: 'POST', headers, body }, this.#timeoutMillis, this.#end.signal);
  }

  #fail(error: Error): void {
    this.#lastError = error;
    this.#warn(`remote write: ${error.message}`);
  }
}

const WRITTEN = 'x-prometheus-remote-write-samples-written';
