import { type ExportResult, ExportResultCode, hrTimeToMilliseconds } from '@opentelemetry/core';
import type { ReadableLogRecord } from '@opentelemetry/sdk-logs';
import type { Exporter } from './lazy-exporter';

/** Writes log records to standard output, each as a line of JSON with `trace_id` and `span_id`. */
export class JsonLines implements Exporter<ReadableLogRecord[]> {
  export(records: ReadableLogRecord[], done: (result: ExportResult) => void): void {
    process.stdout.write(records.map((record) => `${JSON.stringify(lineOf(record))}\n`).join(''));
    done({ code: ExportResultCode.SUCCESS });
  }

  async shutdown(): Promise<void> {}
}

function lineOf(record: ReadableLogRecord): Record<string, unknown> {
  const { spanContext, hrTime, severityText, severityNumber, eventName, body, attributes } = record;
  return {
    timestamp: new Date(hrTimeToMilliseconds(hrTime)).toISOString(),
    severity_text: severityText,
    severity_number: severityNumber,
    event_name: eventName,
    trace_id: spanContext?.traceId,
    span_id: spanContext?.spanId,
    body,
    attributes,
    service_name: record.resource.attributes['service.name'],
  };
}
