import { bucketsOf, quantile } from './histogram.ts';
import { matches, type Sample } from './page.ts';

/** What the table shows of one model, or of all. Times in seconds; `undefined` where nothing was measured yet. */
export interface Figures {
  readonly model: string;
  readonly requests: number;
  readonly inFlight: number;
  /** p50, p95 and p99, estimated from the buckets. */
  readonly timeToFirstToken: readonly (number | undefined)[];
  /** Mean. */
  readonly interTokenLatency: number | undefined;
  /** Mean over requests. */
  readonly tokensPerSecond: number | undefined;
  readonly inputTokens: number | undefined;
  readonly outputTokens: number | undefined;
  /** US dollars. */
  readonly cost: number | undefined;
  readonly errors: number;
}

/** The models that the page has, in order of name. */
export function modelsOf(samples: readonly Sample[]): string[] {
  const models = samples
    .filter(({ name }) => name === 'llm_requests_in_flight')
    .map(({ labels }) => labels.model ?? '');
  return [...new Set(models)].sort();
}

/** Reads the figures of one model, or of all of them together. */
export function readFigures(samples: readonly Sample[], model?: string): Figures {
  const labels: Sample['labels'] = model === undefined ? {} : { model };
  const total = (name: string, extra = {}) => sum(samples, name, { ...labels, ...extra });
  const firstToken = bucketsOf(samples, 'llm_time_to_first_token_seconds', labels);
  return {
    model: model ?? 'all models',
    requests: total('llm_requests_total') ?? 0,
    inFlight: total('llm_requests_in_flight') ?? 0,
    timeToFirstToken: [0.5, 0.95, 0.99].map((q) => quantile(q, firstToken)),
    interTokenLatency: mean(samples, 'llm_inter_token_latency_seconds', labels),
    tokensPerSecond: mean(samples, 'llm_tokens_per_second', labels),
    inputTokens: total('llm_tokens_total', { type: 'input' }),
    outputTokens: total('llm_tokens_total', { type: 'output' }),
    cost: total('llm_cost_total'),
    errors: total('llm_requests_total', { outcome: 'error' }) ?? 0,
  };
}

/** How many requests ended how: `ok 40`, `error (429) 3`; the most frequent first. */
export function readOutcomes(samples: readonly Sample[]): string[] {
  const counts = new Map<string, number>();
  for (const { labels, value } of samples.filter((sample) => matches(sample, 'llm_requests_total'))) {
    const isError = labels.outcome === 'error';
    const outcome = isError ? `error (${labels.error_type})` : `${labels.outcome}`;
    counts.set(outcome, (counts.get(outcome) ?? 0) + value);
  }
  return [...counts].sort(([, a], [, b]) => b - a).map(([outcome, count]) => `${outcome} ${count}`);
}

function sum(samples: readonly Sample[], name: string, labels: Sample['labels']): number | undefined {
  const found = samples.filter((sample) => matches(sample, name, labels));
  return found.length === 0 ? undefined : found.reduce((total, { value }) => total + value, 0);
}

function mean(samples: readonly Sample[], name: string, labels: Sample['labels']): number | undefined {
  const count = sum(samples, `${name}_count`, labels);
  return count ? (sum(samples, `${name}_sum`, labels) ?? 0) / count : undefined;
}
