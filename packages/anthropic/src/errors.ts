import { own, ownString } from '@grump/llm-otel-core';

/** `type` of the errors that the API sends, in a stream as well. */
const TYPES: ReadonlySet<string> = new Set([
  'api_error',
  'authentication_error',
  'billing_error',
  'invalid_request_error',
  'not_found_error',
  'overloaded_error',
  'permission_error',
  'rate_limit_error',
  'request_too_large',
  'timeout_error',
]);

const TYPE = /"type": ?"(\w+)"/g;

/** An error in mid-stream has no status, but a type. The first versions of the SDK have it in the message alone. */
export function errorType(error: unknown): string | undefined {
  if (typeof own(error, 'status') === 'number') return undefined;
  const told = ownString(error, 'type') ?? ownString(own(own(error, 'error'), 'error'), 'type');
  if (told !== undefined) return TYPES.has(told) ? told : undefined;
  const message = ownString(error, 'message') ?? '';
  for (const [, type] of message.slice(0, 1024).matchAll(TYPE)) if (TYPES.has(type!)) return type;
  return undefined;
}
