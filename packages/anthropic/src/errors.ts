import { own, ownString } from '@grump/llm-otel-core';

/** `type` of the errors that the API sends, in a stream as well, and of those with which Bedrock breaks one off. */
const TYPES =
  /^((api|authentication|billing|invalid_request|not_found|overloaded|permission|rate_limit|timeout)_error|request_too_large|(internalServer|modelStreamError|modelTimeout|serviceUnavailable|throttling|validation)Exception)$/;

const TYPE = /"type": ?"(\w+)"/g;

/** An error in mid-stream has no status, but a type. The first versions of the SDK have it in the message alone. */
export function errorType(error: unknown): string | undefined {
  if (typeof own(error, 'status') === 'number') return undefined;
  const told = ownString(error, 'type') ?? ownString(own(own(error, 'error'), 'error'), 'type');
  if (told !== undefined) return TYPES.test(told) ? told : undefined;
  const message = ownString(error, 'message') ?? '';
  for (const [, type] of message.slice(0, 1024).matchAll(TYPE)) if (TYPES.test(type!)) return type;
  return undefined;
}
