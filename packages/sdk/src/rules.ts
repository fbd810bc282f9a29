/** What a value has to be, in words and in code. */
export interface Rule {
  /** Completes the sentence "allowed is …". */
  readonly allowed: string;
  readonly accepts: (value: unknown) => boolean;
}

export const OTLP_PROTOCOLS = ['http/protobuf', 'http/json', 'grpc'] as const;
export const COMPRESSIONS = ['gzip', 'none'] as const;
export const PROPAGATORS = ['tracecontext', 'baggage', 'b3', 'b3multi'] as const;
export type PropagatorName = (typeof PROPAGATORS)[number];
export const DETECTORS = ['host', 'process', 'service', 'container', 'kubernetes'] as const;
export type DetectorName = (typeof DETECTORS)[number];
export const LOGGERS = ['pino', 'winston', 'console'] as const;
export type LoggerName = (typeof LOGGERS)[number];
export type OtlpProtocol = (typeof OTLP_PROTOCOLS)[number];

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);
const isNumber = (value: unknown, low: number, high: number): boolean =>
  typeof value === 'number' && value >= low && value <= high;

const isHttpUrl = (value: unknown): boolean =>
  typeof value === 'string' && ['http:', 'https:'].includes(URL.parse(value)?.protocol ?? '');
const isBaseUrl = (value: unknown): boolean =>
  isHttpUrl(value) && !/\/v1\/(traces|metrics|logs)\/?$/.test(String(value));

/** Node keeps timers in 32 bits: a longer one fires at once. */
const LONGEST_TIMER = 2 ** 31 - 1;

export const boolean: Rule = { allowed: 'true or false', accepts: (value) => typeof value === 'boolean' };
export const object: Rule = { allowed: 'an object', accepts: isObject };
export const list: Rule = { allowed: 'an array', accepts: Array.isArray };
export const text: Rule = {
  allowed: 'a non-empty string',
  accepts: (value) => typeof value === 'string' && value.trim() !== '',
};
export const settings: Rule = {
  allowed: 'true, false or an object',
  accepts: (value) => typeof value === 'boolean' || isObject(value),
};
export const url: Rule = { allowed: 'an http:// or https:// URL', accepts: isHttpUrl };
export const baseUrl: Rule = {
  allowed: 'an http:// or https:// URL without /v1/traces or /v1/metrics, such as http://localhost:4318',
  accepts: isBaseUrl,
};
export const port: Rule = {
  allowed: 'a whole number from 0 to 65535',
  accepts: (value) => Number.isInteger(value) && isNumber(value, 0, 65_535),
};
export const millis: Rule = {
  allowed: `a number of milliseconds from 1 to ${LONGEST_TIMER}`,
  accepts: (value) => isNumber(value, 1, LONGEST_TIMER),
};
export const count: Rule = {
  allowed: 'a whole number from 0',
  accepts: (value) => Number.isInteger(value) && isNumber(value, 0, Number.MAX_SAFE_INTEGER),
};
export const size: Rule = {
  allowed: 'a whole number from 1',
  accepts: (value) => Number.isInteger(value) && isNumber(value, 1, Number.MAX_SAFE_INTEGER),
};
export const minutes: Rule = {
  allowed: 'a number of minutes from 0 to 35791',
  accepts: (value) => isNumber(value, 0, 35_791),
};
export const ratio: Rule = { allowed: 'a number from 0 to 1', accepts: (value) => isNumber(value, 0, 1) };
export const path: Rule = {
  allowed: 'a path that starts with /',
  accepts: (value) => typeof value === 'string' && value.startsWith('/'),
};
export const sampler: Rule = {
  allowed: 'a Sampler of @opentelemetry/sdk-trace',
  accepts: (value) => isObject(value) && 'shouldSample' in (value as object),
};

/** One of these words. */
export function oneOf(words: readonly string[]): Rule {
  return { allowed: words.join(', '), accepts: (value) => words.some((word) => word === value) };
}

/** An array of these words. */
export function listOf(words: readonly string[]): Rule {
  const accepts = (value: unknown) => Array.isArray(value) && value.every((word) => words.includes(word));
  return { allowed: `an array of ${words.join(', ')}`, accepts };
}
