import { context } from '@opentelemetry/api';
import { type ExportResult, ExportResultCode, suppressTracing } from '@opentelemetry/core';
import type { ISerializer } from '@opentelemetry/otlp-transformer';
import { DeliveryLog } from '../deliveries';
import type { Signal } from '../otlp-address';
import type { EdgeOtlp } from './settings';

/** What became of a request: taken, may pass later, or never. */
export type Fate = 'taken' | 'later' | 'refused';

type Serializers<Items> = Readonly<Record<EdgeOtlp['protocol'], ISerializer<Items, unknown>>>;

const CONTENT_TYPES = { 'http/json': 'application/json', 'http/protobuf': 'application/x-protobuf' } as const;

/** Sends one signal by `fetch`, each time within the request that asks for it. */
export class Sender<Items> {
  readonly log: DeliveryLog;
  readonly #otlp: EdgeOtlp;
  readonly #serializer: ISerializer<Items, unknown>;

  constructor(signal: Signal, otlp: EdgeOtlp, serializers: Serializers<Items>) {
    this.log = new DeliveryLog(signal, 'otlp', otlp.url, otlp.protocol);
    this.#otlp = otlp;
    this.#serializer = serializers[otlp.protocol];
  }

  /** Never rejects. A request that got no answer is not repeated, since it may have been taken. */
  async send(items: Items, count: number): Promise<Fate> {
    const { fate, error } = await this.#post(items).catch(failed);
    const result: ExportResult = { code: fate === 'taken' ? ExportResultCode.SUCCESS : ExportResultCode.FAILED, error };
    if (fate === 'later') this.log.failing(error);
    else this.log.note(count, result);
    return fate;
  }

  async #post(items: Items): Promise<{ fate: Fate; error?: Error }> {
    const { url, headers, timeoutMillis, protocol } = this.#otlp;
    const body = this.#serializer.serializeRequest(items) as Uint8Array<ArrayBuffer> | undefined;
    if (body === undefined) return { fate: 'refused', error: new Error('it could not be serialized') };
    const response = await context.with(suppressTracing(context.active()), () =>
      fetch(url, {
        method: 'POST',
        headers: { 'content-type': CONTENT_TYPES[protocol], ...headers },
        body,
        signal: AbortSignal.timeout(timeoutMillis),
      }),
    );
    await response.arrayBuffer();
    if (response.ok) return { fate: 'taken' };
    const error = new Error(`${response.status} ${response.statusText}`.trim());
    return { fate: [429, 502, 503, 504].includes(response.status) ? 'later' : 'refused', error };
  }
}

function failed(fault: unknown): { fate: Fate; error: Error } {
  const error = fault instanceof Error ? fault : new Error(String(fault));
  const cause = error.cause instanceof Error ? error.cause : error;
  return { fate: error.name === 'TimeoutError' ? 'refused' : 'later', error: cause };
}
