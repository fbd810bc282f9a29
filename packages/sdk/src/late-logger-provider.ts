import {
  context,
  diag,
  type Logger,
  type LoggerOptions,
  type LoggerProvider,
  type LogRecord,
} from '@opentelemetry/api';
import { reason } from './deadline';

/** A logger provider of the SDK, as far as it is used here. */
export interface LogsProvider extends LoggerProvider {
  forceFlush(): Promise<void>;
  shutdown(): Promise<void>;
}

/** Records that are kept while the SDK is loading. */
const KEPT = 1000;

/** A logger provider whose SDK is loaded after `register()` has returned; what is written before that is kept. */
export class LateLoggerProvider implements LogsProvider {
  readonly #loading: Promise<LogsProvider | undefined>;
  readonly #kept: (() => void)[] = [];
  #provider: LogsProvider | undefined;

  constructor(load: () => Promise<LogsProvider>) {
    const loaded = (provider: LogsProvider) => {
      this.#provider = provider;
      for (const emit of this.#kept.splice(0)) emit();
      return provider;
    };
    this.#loading = load().then(loaded, (error: unknown) => void diag.error(`Logs are not set up: ${reason(error)}`));
  }

  getLogger(name: string, version?: string, options?: LoggerOptions): Logger {
    let made: Logger | undefined;
    const logger = () => {
      made ??= this.#provider?.getLogger(name, version, options);
      return made;
    };
    return {
      emit: (record) => {
        const now = logger();
        if (now !== undefined) now.emit(record);
        else this.#keep(record, logger);
      },
      enabled: (question) => logger()?.enabled(question) ?? true,
    };
  }

  async forceFlush(): Promise<void> {
    await (await this.#loading)?.forceFlush();
  }

  async shutdown(): Promise<void> {
    await (await this.#loading)?.shutdown();
  }

  #keep(record: LogRecord, logger: () => Logger | undefined): void {
    if (this.#kept.length >= KEPT) return;
    const full = { timestamp: Date.now(), context: context.active(), ...record };
    this.#kept.push(() => logger()?.emit(full));
  }
}
