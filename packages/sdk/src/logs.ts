import {
  BatchLogRecordProcessor,
  LoggerProvider,
  type LogRecordProcessor,
  SimpleLogRecordProcessor,
} from '@opentelemetry/sdk-logs';
import { createOtlpExporter, watchExporter } from './exporters';
import { JsonLines } from './json-lines';
import type { RegisterOptions } from './options';
import type { BatchedExporter, Settings } from './settings';
import type { Watched } from './watched';

type Create = (settings: Settings, watched: Watched) => LogRecordProcessor;

const PROCESSORS: Record<BatchedExporter, Create> = {
  otlp: ({ otlp, batch }, watched) => {
    const exporter = createOtlpExporter('LOGS', otlp.LOGS, watched);
    return new BatchLogRecordProcessor({ ...batch.logs, exporter, selfObsMeterProvider: watched.meters });
  },
  console: (_, watched) => new SimpleLogRecordProcessor({ exporter: watchExporter('LOGS', new JsonLines(), watched) }),
};

/** `undefined` where records would go nowhere, unless `logs: true` asks for them all the same. */
export function createLoggerProvider(
  options: RegisterOptions,
  settings: Settings,
  watched: Watched,
): LoggerProvider | undefined {
  const ours = [...settings.logExporters].map((exporter) => PROCESSORS[exporter](settings, watched));
  const processors = [...(options.logRecordProcessors ?? []), ...ours];
  if (processors.length === 0 && options.logs !== true) return undefined;
  return new LoggerProvider({ resource: settings.resource, logRecordLimits: settings.logLimits, processors });
}
