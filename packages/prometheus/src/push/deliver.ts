/** How an attempt to deliver ended. `later`: it may succeed if it is repeated. */
export type Outcome =
  | { readonly kind: 'done'; readonly headers: Headers }
  | { readonly kind: 'later'; readonly error: Error; readonly afterMillis: number | undefined }
  | { readonly kind: 'refused'; readonly error: Error; readonly status: number };

export interface Delivery {
  readonly url: string;
  readonly method: string;
  readonly headers: Headers;
  readonly body?: Uint8Array | Blob;
}

/** As much of what the other side says as is passed on. */
const TEXT_LENGTH = 300;

/** Sends once. Never rejects. */
export async function deliver(
  { url, ...request }: Delivery,
  timeoutMillis: number,
  signal?: AbortSignal,
): Promise<Outcome> {
  const late = AbortSignal.timeout(timeoutMillis);
  try {
    const response = await fetch(url, {
      ...(request as RequestInit),
      signal: signal === undefined ? late : AbortSignal.any([signal, late]),
    });
    const text = (await response.text()).slice(0, TEXT_LENGTH).trim();
    return judge(response, text, url);
  } catch (fault) {
    const { message, cause } = fault as Error;
    const reason = cause instanceof Error ? cause.message || String((cause as { code?: unknown }).code) : message;
    const error = new Error(`${placeOf(url)} was not reached: ${reason}`, { cause: fault });
    return { kind: 'later', error, afterMillis: undefined };
  }
}

function judge({ ok, status, headers }: Response, text: string, url: string): Outcome {
  if (ok) return { kind: 'done', headers };
  const error = new Error(`${placeOf(url)} answered ${status}${text === '' ? '' : `: ${text}`}`);
  if (status === 429 || status >= 500) return { kind: 'later', error, afterMillis: retryAfter(headers) };
  return { kind: 'refused', error, status };
}

/** Without the query, which may hold a key. */
const placeOf = (url: string): string => url.replace(/\?.*$/s, '');

function retryAfter(headers: Headers): number | undefined {
  const said = headers.get('retry-after');
  if (said === null) return undefined;
  const millis = /^\d+$/.test(said) ? Number(said) * 1000 : Date.parse(said) - Date.now();
  return Number.isNaN(millis) ? undefined : Math.max(0, millis);
}

const FIRST_MILLIS = 500;
const LONGEST_MILLIS = 30_000;

/** Milliseconds before the attempt after `failures` in a row; drawn by lot, so that many senders don't come at once. */
export function backoff(failures: number, afterMillis: number | undefined): number {
  if (afterMillis !== undefined) return Math.min(afterMillis, LONGEST_MILLIS);
  const most = Math.min(LONGEST_MILLIS, FIRST_MILLIS * 2 ** (failures - 1));
  return most / 2 + (Math.random() * most) / 2;
}

/** Waits, unless `signal` says that it is over. With `ref` false the process may end meanwhile. */
export function pause(
  millis: number,
  { signal, ref = true }: { signal?: AbortSignal; ref?: boolean } = {},
): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const end = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, millis);
    if (!ref) timer.unref?.();
    signal?.addEventListener('abort', end);
  });
}
