import * as api from '@opentelemetry/api';
import type { Call } from '../call';
import { warnOnce } from '../guard';
import { seriesOf } from '../recorder';
import * as semconv from '../semconv';
import { type AttributeSink, addEnd, addRequest } from '../span';
import { spanTime } from '../span-time';
import type { Outcome } from '../types';
import { CORE_VERSION, SCOPE_NAME } from '../version';
import type { EventLogger, EventLoggerProvider } from './options';

const EVENT_NAME = 'gen_ai.client.inference.operation.details';
const DEBUG = 5;

// Named imports of `logs` don't link with api 1.9; as a property of a parameter bundlers don't look for it either.
const logsOf = (namespace: { readonly logs?: EventLoggerProvider }): EventLoggerProvider | undefined => namespace.logs;

/** Where the event of `call` goes; `undefined` if nobody would get it. */
export function loggerOf({ watch, context }: Call): EventLogger | undefined {
  const provider = watch.options.loggerProvider ?? logsOf(api);
  if (provider === undefined) {
    warnOnce('core', 'content events need @opentelemetry/api 1.10, or the option loggerProvider; they are left out');
    return undefined;
  }
  const logger = provider.getLogger(SCOPE_NAME, CORE_VERSION, { schemaUrl: semconv.SCHEMA_URL });
  const isEnabled = logger.enabled?.({ context, severityNumber: DEBUG, eventName: EVENT_NAME }) ?? true;
  return isEnabled ? logger : undefined;
}

/** What the span of a call tells of its request. Reads without running the caller's code. */
export function requestAttributes(call: Call, request: unknown): api.Attributes {
  const { model, watch } = call;
  const attributes: api.Attributes = {
    ...seriesOf(call, watch.pipeline).spanStart,
    ...(model !== undefined && { [semconv.ATTR_REQUEST_MODEL]: model }),
  };
  addRequest(into(attributes), call, request);
  return attributes;
}

const into = (attributes: api.Attributes): AttributeSink => ({
  setAttribute: (key, value) => {
    attributes[key] = value;
  },
});

export interface Details {
  readonly call: Call;
  readonly outcome: Outcome;
  readonly errorType: string | undefined;
  readonly request: api.Attributes;
  /** By attribute name, structured. */
  readonly content: Readonly<Record<string, unknown>>;
}

/** Writes the event of a call that is over. */
export function emitDetails(logger: EventLogger, { call, outcome, errorType, request, content }: Details): void {
  const attributes: api.Attributes = { ...request };
  addEnd(into(attributes), call, outcome, errorType);
  logger.emit({
    eventName: EVENT_NAME,
    severityNumber: DEBUG,
    severityText: 'DEBUG',
    timestamp: spanTime(call, call.duration),
    context: call.context,
    attributes: { ...attributes, ...content },
  });
}
