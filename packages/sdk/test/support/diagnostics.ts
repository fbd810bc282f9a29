import { type DiagLogger, DiagLogLevel, diag } from '@opentelemetry/api';

/** Takes the application's logger, and keeps what is said at `warn` and above. */
export function recordDiagnostics(): string[] {
  const said: string[] = [];
  const record = (message: string): number => said.push(message);
  const ignore = (): void => {};
  const logger: DiagLogger = { error: record, warn: record, info: ignore, debug: ignore, verbose: ignore };
  diag.setLogger(logger, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
  return said;
}
