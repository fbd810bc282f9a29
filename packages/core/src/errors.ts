const ABORTS = new Set(['AbortError', 'TimeoutError', 'APIUserAbortError', 'APIConnectionTimeoutError']);
const CLASS_NAME = /^[A-Za-z_$][\w$]{0,63}$/;
const SYSTEM_CODE = /^[A-Z][A-Z0-9_]{2,31}$/;
/** `rate_limit_exceeded`, `server_error`, … */
const SERVER_CODE = /^[a-z][a-z0-9_]{2,63}$/;
/** The type of an error that has none, or none that may be a label. */
export const OTHER = '_OTHER';
/** Distinct error types per process; later ones are `_OTHER`. */
const TYPE_LIMIT = 100;
const types = new Set<string>();

interface ErrorShape {
  readonly name?: unknown;
  readonly status?: unknown;
  readonly code?: unknown;
  readonly cause?: unknown;
  readonly message?: unknown;
}

/** Whether the error says that the caller's signal or timeout ended the call. */
export function isAbort(error: unknown): boolean {
  if (!isObject(error)) return false;
  return ABORTS.has(className(error) ?? '') || (typeof error.name === 'string' && ABORTS.has(error.name));
}

/** A provider, as far as it names the types of errors itself. */
interface Naming {
  errorType?(error: unknown): string | undefined;
}

/** `error.type`: HTTP status, else a system error's code or the class name; of plain data the server's code. Never a message. */
export function errorType(error: unknown, naming: Naming = {}): string {
  const type = naming.errorType?.(error) ?? typeOf(error);
  if (types.has(type)) return type;
  if (types.size >= TYPE_LIMIT) return OTHER;
  types.add(type);
  return type;
}

const typeOf = (error: unknown): string =>
  isObject(error) ? (statusOf(error) ?? codeOf(error) ?? className(error) ?? OTHER) : OTHER;

/** The error's message, cut at 1024 characters. */
export function errorMessage(error: unknown): string | undefined {
  const message = isObject(error) ? error.message : error;
  return typeof message === 'string' ? message.slice(0, 1024) : undefined;
}

function isObject(error: unknown): error is ErrorShape {
  return typeof error === 'object' && error !== null;
}

/** SDK errors carry `status`; an error object inside a stream carries it as a number in `code`. */
function statusOf({ status, code }: ErrorShape): string | undefined {
  for (const value of [status, code]) {
    if (typeof value === 'number' && Number.isInteger(value) && value >= 100 && value < 600) return String(value);
  }
  return undefined;
}

function codeOf(error: ErrorShape): string | undefined {
  let link: unknown = error;
  for (let depth = 0; depth < 4 && isObject(link); depth++) {
    if (typeof link.code === 'string' && SYSTEM_CODE.test(link.code)) return link.code;
    link = link.cause;
  }
  const isData = Object.getPrototypeOf(error) === Object.prototype;
  return isData && typeof error.code === 'string' && SERVER_CODE.test(error.code) ? error.code : undefined;
}

function className(error: ErrorShape): string | undefined {
  const name: unknown = (error as { constructor?: { name?: unknown } }).constructor?.name;
  return typeof name === 'string' && CLASS_NAME.test(name) ? name : undefined;
}
