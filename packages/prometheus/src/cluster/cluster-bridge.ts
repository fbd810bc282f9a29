import { randomUUID } from 'node:crypto';
import type { Attributes } from '@opentelemetry/api';
import { PrometheusBridge } from '../bridge';
import type { Collection } from '../collection';
import type { PrometheusBridgeOptions } from '../options';
import { createPacer } from '../pacer';
import type { ListenOptions, MetricsServer } from '../server';
import { createWarn, type Warn } from '../warn';
import { type Downlink, isRoot, linkDown, linkUp, type Uplink } from './links';
import { Members } from './members';
import { type Changes, type GaugeRule, mergePaced, notePaced } from './merge';
import { lotsOf, readParts, sourceOf } from './part';

export interface ClusterBridgeOptions extends PrometheusBridgeOptions {
  /**
   * `one`: a page for all processes and threads together. `each`: a page for every one of them, where `listen()` takes
   * the first free port from `port` on. Default `one`.
   */
  readonly pages?: 'one' | 'each';
  /** What becomes of a gauge that several processes have, by its OpenTelemetry name. Default `last` for all. */
  readonly gauges?: GaugeRule | ((name: string) => GaugeRule);
  /**
   * Milliseconds between the reports that a worker makes unasked: as much of its counting is lost if it is killed.
   * 0 reports on scrapes alone. Default 1000.
   */
  readonly reportMillis?: number;
  /** Milliseconds that a page waits for workers; of one that is later, the last report is shown. Default 1000. */
  readonly answerMillis?: number;
}

/** What a worker has for its own threads, of the time that its primary waits. */
const SHARE = 0.7;
/** Ports that `listen()` tries where each process has a page. */
const PORTS = 256;

/**
 * A bridge for applications of several processes or threads: give one to the meter provider of the primary and of
 * every worker of `node:cluster`, and of every thread of `node:worker_threads`. The page of the primary shows them all.
 *
 * Counters, up-down counters and histograms are added up; what a worker had counted stays when it ends.
 */
export class ClusterBridge extends PrometheusBridge {
  readonly #members = new Members();
  readonly #changes: Changes = new Map();
  readonly #id: string = randomUUID();
  readonly #ruleOf: (name: string) => GaugeRule;
  readonly #answerMillis: number;
  readonly #reportMillis: number;
  readonly #pages: 'one' | 'each';
  #down: Downlink[] = [];
  #up: Uplink | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;
  #reporting = false;
  readonly #warn: Warn = createWarn();
  #reports = 0;

  constructor(options: ClusterBridgeOptions = {}) {
    super(options);
    const { pages = 'one', gauges = 'last', reportMillis = 1000, answerMillis = 1000 } = options;
    this.#pages = pages;
    this.#ruleOf = typeof gauges === 'function' ? gauges : () => gauges;
    this.#reportMillis = reportMillis;
    this.#answerMillis = answerMillis;
  }

  /** Starts the page's server; in a worker, where the primary has the page, it starts none, and gives the same address. */
  override async listen(options: ListenOptions = {}): Promise<MetricsServer> {
    if (this.#pages === 'each') return this.#listenOnFree(options);
    return isRoot() ? super.listen(options) : nowhere(options);
  }

  protected override onInitialized(): void {
    super.onInitialized();
    if (this.#pages === 'each') return;
    this.#down = linkDown(this.#members);
    if (isRoot()) return;
    this.#up = linkUp(this.#id, (ask, millis) => void this.#tryReport(ask, millis));
    if (this.#reportMillis > 0) this.#timer = setInterval(() => this.#tick(), this.#reportMillis).unref();
  }

  protected override async onForceFlush(): Promise<void> {
    await this.#tryReport(0, this.#answerMillis);
  }

  protected override async onShutdown(): Promise<void> {
    clearInterval(this.#timer);
    await this.#tryReport(0, this.#answerMillis);
    this.#up?.send({ kind: 'left', from: this.#id });
    for (const link of [...this.#down, this.#up]) link?.close();
    await super.onShutdown();
  }

  /** This process' metrics with those of all below it. */
  protected override collectMetrics(timeoutMillis: number): Promise<Collection> {
    return this.#collect(this.#answerMillis, timeoutMillis);
  }

  async #collect(answerMillis: number, timeoutMillis: number): Promise<Collection> {
    const [own] = await Promise.all([super.collectMetrics(timeoutMillis), this.#ask(answerMillis)]);
    await this.#members.tidy();
    const others = this.#members.parts();
    if (others.length === 0) return own;
    const metrics = await readParts(own.metrics, this.findExemplars);
    await notePaced(this.#changes, metrics);
    const merged = await mergePaced([{ metrics, changes: this.#changes }, ...others], this.#ruleOf);
    return { ...own, resource: commonTo(own.resource, () => this.#members.resources()), metrics: merged.map(sourceOf) };
  }

  #ask(millis: number): Promise<void> {
    return this.#members.ask(millis, (ask) => {
      for (const link of this.#down) link.ask(ask, millis);
    });
  }

  async #report(ask: number, millis: number): Promise<void> {
    if (this.#up === undefined) return;
    const { resource, metrics } = await this.#collect(millis * SHARE, millis);
    if (resource.asyncAttributesPending) await resource.waitForAsyncAttributes?.();
    this.#reports += 1;
    const report = this.#reports;
    const lots = [...lotsOf(await readParts(metrics, this.findExemplars))];
    for (const [index, lot] of lots.entries()) {
      const piece = { report, ask, isLast: index === lots.length - 1, resource: resource.attributes, metrics: lot };
      this.#up.send({ kind: 'report', from: this.#id, piece });
      if (!piece.isLast) await createPacer().rest();
    }
  }

  /** Never rejects. */
  async #tryReport(ask: number, millis: number): Promise<void> {
    try {
      await this.#report(ask, millis);
    } catch (error) {
      this.#warn(`this process is missing from the page of its primary: ${error}`, error);
    }
  }

  #tick(): void {
    if (this.#reporting) return;
    this.#reporting = true;
    void this.#tryReport(0, this.#answerMillis).finally(() => {
      this.#reporting = false;
    });
  }

  async #listenOnFree(options: ListenOptions): Promise<MetricsServer> {
    const { port = 9464 } = options;
    for (let next = port; ; next += 1) {
      try {
        return await super.listen({ ...options, port: next });
      } catch (error) {
        if (port === 0 || next >= port + PORTS || !isTaken(error)) throw error;
      }
    }
  }
}

const isTaken = (error: unknown): boolean =>
  ((error as Error).cause as NodeJS.ErrnoException | undefined)?.code === 'EADDRINUSE';

/** Where the primary has the page. */
function nowhere({ host = 'localhost', port = 9464, path = '/metrics' }: ListenOptions): MetricsServer {
  return { url: `http://${host}:${port}${path}`, port, close: async () => {} };
}

/** The same resource with the attributes alone that all of `others` have too. */
function commonTo(resource: Resource, others: () => Attributes[]): Resource {
  return Object.create(resource, {
    attributes: {
      get: () => {
        const alike = Object.entries(resource.attributes).filter(([key, value]) =>
          others().every((other) => String(other[key]) === String(value)),
        );
        return Object.fromEntries(alike);
      },
    },
  });
}

type Resource = Collection['resource'];
