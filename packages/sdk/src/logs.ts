import type { LogRecordProcessor } from '@opentelemetry/sdk-logs';
import { createOtlpExporter, watchExporter } from './exporters';
import { JsonLines } from './json-lines';
import { LateLoggerProvider, type LogsProvider } from './late-logger-provider';
import { nextTurn } from './next-turn';
import type { RegisterOptions } from './options';
import type { BatchedExporter, Settings } from './settings';
import type { Watched } from './watched';

type Sdk = typeof import('@opentelemetry/sdk-logs');
type Create = (sdk: Sdk) => LogRecordProcessor;

/** `undefined` where records would go nowhere, unless `logs: true` asks for them all the same. */
export function createLoggerProvider(
  options: RegisterOptions,
  settings: Settings,
  watched: Watched,
): LogsProvider | undefined {
  const ours = [...settings.logExporters].map((exporter) => PROCESSORS[exporter](settings, watched));
  const theirs = options.logRecordProcessors ?? [];
  if (ours.length + theirs.length === 0 && options.logs !== true) return undefined;
  const { resource, logLimits: logRecordLimits } = settings;
  return new LateLoggerProvider(async () => {
    await nextTurn();
    const sdk = await import('@opentelemetry/sdk-logs');
    const processors = [...theirs, ...ours.map((create) => create(sdk))];
    return new sdk.LoggerProvider({ resource, logRecordLimits, processors });
  });
}

// The exporters are made at once, so that `status()` knows of them.
const PROCESSORS: Record<BatchedExporter, (settings: Settings, watched: Watched) => Create> = {
  otlp: ({ otlp, batch }, watched) => {
    const exporter = createOtlpExporter('LOGS', otlp.LOGS, watched);
    return (sdk) => new sdk.BatchLogRecordProcessor({ ...batch.logs, exporter, selfObsMeterProvider: watched.meters });
  },
  console: (_, watched) => {
    const exporter = watchExporter('LOGS', new JsonLines(), watched);
    return (sdk) => new sdk.SimpleLogRecordProcessor({ exporter });
  },
};
