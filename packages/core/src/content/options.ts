import type { Context } from '@opentelemetry/api';
import type { CapturedContent } from './messages';

/** Where content goes: nowhere, on the span, in a log event, or both. */
export type ContentMode = 'off' | 'span' | 'event' | 'both';

/** Gets the messages of a call before anything of them is written, and gives back what may be recorded: nothing if `undefined`. */
export type Redact = (content: CapturedContent) => CapturedContent | undefined;

/** What is captured of prompts and answers. */
export interface ContentOptions {
  /** Default: the variable `OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT`, else `off`. */
  readonly mode?: ContentMode;
  /** Runs once per call, when it is over. If it throws, nothing is recorded. Default none. */
  readonly redact?: Redact;
  /** Most UTF-8 bytes of one attribute, as JSON; longer texts are cut and marked. Default 32,768. */
  readonly maxBytes?: number;
  /** What stays of inline images, audio and files: type and size, or also the SHA-256 of those in requests. Default `drop`. */
  readonly media?: 'drop' | 'hash';
  /** Whether tools are told by type and name, or with description and parameters too. Default `names`. */
  readonly toolDefinitions?: 'names' | 'full';
}

/** A log record, as far as it is written here. */
export interface EventRecord {
  readonly eventName: string;
  readonly severityNumber: number;
  readonly severityText: string;
  readonly timestamp: [number, number];
  readonly context: Context;
  // biome-ignore lint/suspicious/noExplicitAny: the attribute types of api 1.9 and 1.10 have nothing else in common
  readonly attributes: Record<string, any>;
}

/** A logger by shape: api 1.9 has no type for it. */
export interface EventLogger {
  emit(record: EventRecord): void;
  enabled?(options: { context: Context; severityNumber: number; eventName: string }): boolean;
}

/** A logger provider by shape, such as that of `@opentelemetry/sdk-logs`. */
export interface EventLoggerProvider {
  getLogger(name: string, version?: string, options?: { schemaUrl?: string }): EventLogger;
}
