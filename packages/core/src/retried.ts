import type { Attributes } from '@opentelemetry/api';
import { microsBetween } from './clock';
import type { Ended } from './ended';
import { headersOf } from './response';
import type { RetryNote } from './retry-note';
import { ATTR_ERROR_TYPE } from './semconv';
import { spanTime } from './span-time';
import type { ResponseHeaders } from './types';

/** The class of error that the SDKs throw where no response came. */
const NO_RESPONSE = 'APIConnectionError';

const ATTR_RESEND_COUNT = 'http.request.resend_count';
const ATTR_STATUS_CODE = 'http.response.status_code';
/** Ours: seconds that the server asked to wait. */
const ATTR_RETRY_AFTER = 'llm.retry_after';

/** Counts the retries inside a call by what was wrong with the try before, puts an event on its span for each, and ends it. */
export function recordRetries(ended: Ended, notes: readonly RetryNote[], endSpan: (ended: Ended) => void): void {
  try {
    for (const [index, note] of notes.entries()) recordRetry(ended, note, index + 1);
    ended.call.span?.setAttribute(ATTR_RESEND_COUNT, notes.length);
  } finally {
    endSpan(ended);
  }
}

function recordRetry(ended: Ended, note: RetryNote, count: number): void {
  const { call, points } = ended;
  const headers = headersIn(note);
  const status = headers && note.response?.status;
  const type = status === undefined ? NO_RESPONSE : String(status);
  ended.count(points.perModel('retries', 'error_type', type), 1);
  const attributes: Attributes = { [ATTR_RESEND_COUNT]: count };
  if (status === undefined) attributes[ATTR_ERROR_TYPE] = type;
  else attributes[ATTR_STATUS_CODE] = status;
  const time = microsBetween(call.startedAt, note.at);
  const epochMillis = call.startedAtEpochMillis + time / 1000;
  const seconds = headers && retryAfter(headersOf(headers), epochMillis);
  if (seconds !== undefined) attributes[ATTR_RETRY_AFTER] = seconds;
  call.span?.addEvent('retry', attributes, spanTime(call, time));
}

/**
 * Headers of the response before a retry; none where no response came. The SDKs call with the request's options, the retries
 * that are left, and, as they have them, a log id, a span, and headers.
 */
const headersIn = ({ args }: RetryNote): object | undefined =>
  args.slice(2).findLast((one): one is object => Object(one) === one && !('spanContext' in Object(one)));

/** Seconds; a date is counted from when the response was there. */
function retryAfter(headers: ResponseHeaders, epochMillis: number): number | undefined {
  const millis = Number.parseFloat(headers.get('retry-after-ms') ?? '');
  const after = headers.get('retry-after') ?? '';
  const seconds = Number.parseFloat(after) >= 0 ? Number.parseFloat(after) : (Date.parse(after) - epochMillis) / 1000;
  const found = millis >= 0 ? millis / 1000 : seconds;
  return found >= 0 ? found : undefined;
}
