import { type ClientWatch, own } from '@grump/llm-otel-core';
import type { Tracer } from '@opentelemetry/api';
import { traceRunners } from './agents';
import { watchBatches } from './batches';
import { shareTracing } from './native-tracing';
import type { WrapAnthropicOptions } from './options';
import { watchThreads } from './threads';

/** Where the client's own spans go, if not to the global provider. */
const providerOf = (client: object): unknown =>
  (client as { openTelemetry?: { tracerProvider?: unknown } }).openTelemetry?.tracerProvider;

const extended = new WeakSet<object>();

/** Agrees with the client on who makes the spans. */
export function extend(client: object, watch: ClientWatch): void {
  if (extended.has(client)) return;
  extended.add(client);
  const { messages, beta } = client as { messages?: unknown; beta?: { messages?: unknown } };
  for (const resource of [messages, beta?.messages]) watchBatches(resource, watch);
  watchThreads(beta?.messages);
  const { spans = 'auto', tracerProvider }: WrapAnthropicOptions = watch.options;
  // Since 0.134; `undefined` where it is switched off.
  const tracer = own(client, '_tracer') as Tracer | undefined;
  const isElsewhere = tracerProvider !== undefined && tracerProvider !== providerOf(client);
  const mode = spans === 'auto' && isElsewhere ? 'own' : spans;
  if (tracer !== undefined) shareTracing(client as { _tracer: Tracer }, tracer, watch, mode);
  else if (spans === 'sdk' || spans === 'off') watch.startSpan = () => null;
  else traceRunners(client, watch);
}
