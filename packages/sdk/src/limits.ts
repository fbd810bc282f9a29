import type { LogRecordLimits } from '@opentelemetry/sdk-logs';
import type { SpanLimits } from '@opentelemetry/sdk-trace';
import type { Environment } from './environment';
import { count, millis, size } from './rules';

/** How a batch processor waits: spans and log records alike. */
export interface BatchSettings {
  readonly maxQueueSize: number;
  readonly maxExportBatchSize: number;
  readonly scheduledDelayMillis: number;
  readonly exportTimeoutMillis: number;
}

/** `OTEL_BSP_*` or `OTEL_BLRP_*`. */
export function readBatch(environment: Environment, prefix: 'BSP' | 'BLRP', delayMillis: number): BatchSettings {
  const maxQueueSize = environment.number(`OTEL_${prefix}_MAX_QUEUE_SIZE`, size) ?? 2048;
  const batchVariable = `OTEL_${prefix}_MAX_EXPORT_BATCH_SIZE`;
  const atMostQueue = {
    allowed: `a whole number from 1 to the size of the queue, ${maxQueueSize}`,
    accepts: (value: unknown) => size.accepts(value) && Number(value) <= maxQueueSize,
  };
  return {
    maxQueueSize,
    maxExportBatchSize: environment.number(batchVariable, atMostQueue) ?? Math.min(512, maxQueueSize),
    scheduledDelayMillis: environment.number(`OTEL_${prefix}_SCHEDULE_DELAY`, millis) ?? delayMillis,
    exportTimeoutMillis: environment.number(`OTEL_${prefix}_EXPORT_TIMEOUT`, millis) ?? 30_000,
  };
}

/** `OTEL_SPAN_*` limits over `OTEL_ATTRIBUTE_*`; `undefined` is the SDK's default. */
export function readSpanLimits(environment: Environment): SpanLimits {
  const read = (variable: string) => environment.number(variable, count);
  return {
    attributeCountLimit: read('OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT') ?? read('OTEL_ATTRIBUTE_COUNT_LIMIT'),
    attributeValueLengthLimit:
      read('OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT') ?? read('OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT'),
    eventCountLimit: read('OTEL_SPAN_EVENT_COUNT_LIMIT'),
    linkCountLimit: read('OTEL_SPAN_LINK_COUNT_LIMIT'),
    attributePerEventCountLimit: read('OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT'),
    attributePerLinkCountLimit: read('OTEL_LINK_ATTRIBUTE_COUNT_LIMIT'),
  };
}

/** `OTEL_LOGRECORD_*` limits over `OTEL_ATTRIBUTE_*`. */
export function readLogLimits(environment: Environment): LogRecordLimits {
  const read = (variable: string) => environment.number(variable, count);
  return {
    attributeCountLimit: read('OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT') ?? read('OTEL_ATTRIBUTE_COUNT_LIMIT'),
    attributeValueLengthLimit:
      read('OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT') ?? read('OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT'),
  };
}
