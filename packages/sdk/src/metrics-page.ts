import type { FetchHandler, MetricsServer, NodeHandler, PrometheusBridge } from '@grump/llm-otel-prometheus';
import { diag } from '@opentelemetry/api';
import { reason } from './deadline';
import type { Settings } from './settings';

const PLAIN_TEXT = 'text/plain; charset=utf-8';

/** `/metrics`, as handlers and on a port of its own. Without a bridge it answers 503 with the reason. */
export class MetricsPage {
  /** Where it listens, once it does. */
  url: string | undefined;
  /** Resolves when it listens, or when it is known that it will not. */
  ready: Promise<void> = Promise.resolve();
  #bridge: PrometheusBridge | undefined;
  #missing: string;
  #server: MetricsServer | undefined;

  constructor(bridge: PrometheusBridge | undefined, missing: string) {
    this.#bridge = bridge;
    this.#missing = missing;
  }

  readonly handler: NodeHandler = async (request, response) => {
    if (this.#bridge !== undefined) return this.#bridge.handler(request, response);
    response.statusCode = 503;
    response.setHeader('content-type', PLAIN_TEXT);
    response.end(`${this.#missing}\n`);
  };

  readonly fetch: FetchHandler = async (request) => {
    if (this.#bridge !== undefined) return this.#bridge.fetch(request);
    return new Response(`${this.#missing}\n`, { status: 503, headers: { 'content-type': PLAIN_TEXT } });
  };

  /** Opens the port; never rejects, since an application must not fail for want of one. */
  listen(settings: Settings['prometheus'], health: NodeHandler): void {
    if (this.#bridge !== undefined && settings.listen) this.ready = this.#open(this.#bridge, settings, health);
  }

  /** Closes the port; from here on the handlers answer 503. */
  async close(): Promise<void> {
    this.#bridge = undefined;
    this.#missing = 'There are no metrics any more: register() was shut down.';
    await this.ready;
    this.url = undefined;
    await this.#server?.close();
  }

  async #open(bridge: PrometheusBridge, settings: Settings['prometheus'], health: NodeHandler): Promise<void> {
    const { host, port, path, healthPath } = settings;
    try {
      this.#server = await bridge.listen({ host, port, path, routes: { [healthPath]: health } });
      this.url = this.#server.url;
    } catch (error) {
      diag.warn(`register() ${reason(error)}: prometheus.port, or OTEL_EXPORTER_PROMETHEUS_PORT.`);
    }
  }
}
