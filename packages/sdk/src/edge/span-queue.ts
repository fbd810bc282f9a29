import { TraceFlags } from '@opentelemetry/api';
import type { ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace';
import type { QueueFacts } from '../self-meters';
import type { Sender } from './sender';
import type { EdgeSettings } from './settings';

/**
 * Keeps spans until a flush. It has no timer, which an isolate may not have beyond a request, and each flush sends what it
 * takes out itself, since a request can't wait for another one's.
 */
export class SpanQueue implements SpanProcessor {
  readonly #waiting: ReadableSpan[] = [];
  readonly #sender: Sender<ReadableSpan[]>;
  readonly #limits: EdgeSettings['batch'];
  #dropped = 0;

  constructor(sender: Sender<ReadableSpan[]>, limits: EdgeSettings['batch']) {
    this.#sender = sender;
    this.#limits = limits;
  }

  onStart(): void {}

  onEnd(span: ReadableSpan): void {
    if ((span.spanContext().traceFlags & TraceFlags.SAMPLED) !== 0) this.#keep([span]);
  }

  async forceFlush(): Promise<void> {
    const all = this.#waiting.splice(0);
    while (all.length > 0) {
      const batch = all.splice(0, this.#limits.maxExportBatchSize);
      const fate = await this.#sender.send(batch, batch.length);
      if (fate !== 'later') continue;
      this.#keep([...batch, ...all]);
      return;
    }
  }

  async shutdown(): Promise<void> {
    await this.forceFlush();
  }

  get facts(): QueueFacts {
    return { waiting: this.#waiting.length, capacity: this.#limits.maxQueueSize, dropped: this.#dropped };
  }

  #keep(spans: readonly ReadableSpan[]): void {
    const room = Math.max(0, this.#limits.maxQueueSize - this.#waiting.length);
    this.#waiting.push(...spans.slice(0, room));
    this.#dropped += Math.max(0, spans.length - room);
  }
}
