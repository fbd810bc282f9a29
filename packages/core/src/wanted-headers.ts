import type { Quirks } from './descriptor';

/** Headers with the server's own times: any server's, and TGI's. */
export const TIMES: readonly string[] = ['server-timing', 'x-queue-time'];

/** OpenAI's headers of what is left of the rate limits: requests, tokens. */
export const LIMITS: NonNullable<Quirks['limits']> = ['x-ratelimit-remaining-requests', 'x-ratelimit-remaining-tokens'];

/** Response headers of interest. They go on the span, each a list of one, as the HTTP conventions have them. */
const HEADERS = [
  'x-request-id',
  'retry-after',
  ...TIMES,
  'openai-processing-ms',
  'nvcf-reqid',
  'x-generation-id',
  ...['requests', 'tokens'].flatMap((kind) =>
    ['limit', 'remaining', 'reset'].map((part) => `x-ratelimit-${part}-${kind}`),
  ),
];

/** All headers of interest that a server with these quirks may send. */
export const wantedHeaders = ({ limits = LIMITS, headers = [] }: Quirks = {}): readonly string[] => [
  ...new Set([...HEADERS, ...limits, ...headers]),
];
