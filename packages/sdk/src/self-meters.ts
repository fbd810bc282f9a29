import {
  type Attributes,
  type Counter,
  createNoopMeter,
  type Meter,
  type MeterOptions,
  type MeterProvider,
  type Observable,
  type ObservableCallback,
} from '@opentelemetry/api';

/** What waits in a queue, and what did not fit into it. */
export interface QueueFacts {
  readonly waiting: number;
  readonly capacity: number;
  readonly dropped: number;
}

type Kind = 'span' | 'log';
const QUEUE = /^otel\.sdk\.processor\.(span|log)\.(queue\.size|queue\.capacity|processed)$/;

/**
 * Hands the SDK's metrics about itself (`otel.sdk.*`) on to the meter provider, and keeps those of the queues, for
 * `status()` and `/healthz`.
 */
export class SelfMeters implements MeterProvider {
  /** Where they go; none before the meter provider is there. */
  target: MeterProvider | undefined;
  readonly #sizes = { span: new Set<ObservableCallback>(), log: new Set<ObservableCallback>() };
  readonly #capacity = { span: 0, log: 0 };
  readonly #dropped = { span: 0, log: 0 };

  getMeter(name: string, version?: string, options?: MeterOptions): Meter {
    const meter = this.target?.getMeter(name, version, options) ?? createNoopMeter();
    const seen: Partial<Meter> = {
      createCounter: (metric, config) => this.#counter(metric, meter.createCounter(metric, config)),
      createUpDownCounter: (metric, config) => this.#counter(metric, meter.createUpDownCounter(metric, config)),
      createObservableUpDownCounter: (metric, config) => {
        return this.#observable(metric, meter.createObservableUpDownCounter(metric, config));
      },
    };
    return Object.assign(Object.create(meter) as Meter, seen);
  }

  /** The queues of all processors of a kind together. */
  queue(kind: Kind): QueueFacts {
    let waiting = 0;
    const result = {
      observe: (size: number) => {
        waiting += size;
      },
    };
    for (const callback of this.#sizes[kind]) void callback(result);
    return { waiting, capacity: this.#capacity[kind], dropped: this.#dropped[kind] };
  }

  #counter(metric: string, counter: Counter): Counter {
    const [, kind, what] = QUEUE.exec(metric) ?? [];
    if (kind === undefined) return counter;
    const add: Counter['add'] = (value, attributes, context) => {
      this.#note(kind as Kind, what === 'processed', value, attributes);
      counter.add(value, attributes, context);
    };
    return { add };
  }

  #note(kind: Kind, processed: boolean, value: number, attributes: Attributes | undefined): void {
    if (!processed) this.#capacity[kind] += value;
    else if (attributes?.['error.type'] === 'queue_full') this.#dropped[kind] += value;
  }

  #observable(metric: string, observable: Observable): Observable {
    const kind = QUEUE.exec(metric)?.[1] as Kind | undefined;
    if (kind === undefined) return observable;
    const callbacks = this.#sizes[kind];
    return {
      addCallback: (callback) => {
        callbacks.add(callback);
        observable.addCallback(callback);
      },
      removeCallback: (callback) => {
        callbacks.delete(callback);
        observable.removeCallback(callback);
      },
    };
  }
}
