import { withoutClashes } from './clashes';
import type { Collection } from './collection';
import { within } from './deadline';
import type { FindExemplars } from './exemplars';
import { type FamilyOptions, familiesOf } from './families';
import type { Format } from './format';
import { gzip } from './gzip';
import { Page } from './page';
import { renderProtobuf } from './protobuf';
import { renderText } from './render';
import type { RenderOptions, Tally } from './render-options';
import { NO_SCRAPES, type ScrapeStats } from './stats';
import { OPENMETRICS_PRINTER, TEXT_PRINTER } from './text';

export interface PagesOptions extends FamilyOptions {
  /** Collects all that the page shall show; callbacks may take up to `timeoutMillis`. */
  collect(timeoutMillis: number): Promise<Collection>;
  readonly findExemplars?: FindExemplars | undefined;
}

/** What of the time a slow callback may use up, so that the rest of the page still goes out. */
const CALLBACK_SHARE = 0.8;

/** Makes pages. Scrapes that overlap share one collection, and if they want the same format, one page. */
export class Pages {
  readonly #options: PagesOptions;
  #current: Shared | undefined;
  #stats: ScrapeStats = NO_SCRAPES;

  constructor(options: PagesOptions) {
    this.#options = options;
  }

  get stats(): ScrapeStats {
    return this.#stats;
  }

  /**
   * A page, whose first bytes may be there already.
   *
   * @throws ScrapeError when collecting takes longer than `timeoutMillis`
   */
  async open(format: Format, encoding: 'gzip' | 'identity', timeoutMillis: number): Promise<Page> {
    const shared = this.#current ?? this.#start(timeoutMillis);
    this.#current = shared;
    try {
      const collection = await within(timeoutMillis, shared.collection);
      const plain = shared.page(`${format.syntax} ${format.escaping}`, () => this.#make(shared, collection, format));
      if (encoding === 'identity') return plain;
      return shared.page(`${format.syntax} ${format.escaping} gzip`, () => new Page(gzip(plain)));
    } catch (fault) {
      this.#end(shared);
      this.#failed(fault, shared);
      throw fault;
    }
  }

  #start(timeoutMillis: number): Shared {
    return new Shared(this.#options.collect(timeoutMillis * CALLBACK_SHARE));
  }

  #make(shared: Shared, collection: Collection, format: Format): Page {
    const { warn } = this.#options;
    for (const error of collection.errors) warn(`a callback failed, and its metrics are missing: ${error}`, error);
    const tally: Tally = { series: 0, dropped: 0 };
    const page = new Page(
      this.#render(collection, format, { ...this.#options, findExemplars: this.#options.findExemplars, tally }),
    );
    void page.whole
      .then(
        () => this.#made(shared, page, tally),
        (fault) => this.#failed(fault, shared),
      )
      .finally(() => this.#end(shared));
    return page;
  }

  *#render(
    collection: Collection,
    format: Format,
    options: RenderOptions & FamilyOptions,
  ): Generator<Uint8Array<ArrayBuffer>> {
    const families = withoutClashes(familiesOf(collection, format.escaping, options), format, options.warn);
    if (format.syntax === 'protobuf') return yield* renderProtobuf(families, format, options);
    const printer = format.syntax === 'openmetrics' ? OPENMETRICS_PRINTER : TEXT_PRINTER;
    yield* renderText(families, printer, format, options);
  }

  #end(shared: Shared): void {
    if (this.#current === shared) this.#current = undefined;
  }

  #made(shared: Shared, { size }: Page, { series, dropped }: Tally): void {
    const durationSeconds = (performance.now() - shared.started) / 1000;
    const pages = this.#stats.pages + 1;
    this.#stats = { ...this.#stats, pages, durationSeconds, series, droppedSeries: dropped, bytes: size };
  }

  #failed(fault: unknown, shared: Shared): void {
    if (shared.hasFailed) return;
    shared.hasFailed = true;
    const lastError = { message: String(fault), epochMillis: Date.now() };
    this.#stats = { ...this.#stats, failures: this.#stats.failures + 1, lastError };
  }
}

/** What overlapping scrapes have in common. */
class Shared {
  readonly started: number = performance.now();
  hasFailed = false;
  readonly #pages = new Map<string, Page>();

  constructor(readonly collection: Promise<Collection>) {
    collection.catch(() => {});
  }

  page(key: string, make: () => Page): Page {
    const page = this.#pages.get(key) ?? make();
    this.#pages.set(key, page);
    return page;
  }
}
