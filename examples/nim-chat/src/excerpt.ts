import { type Bucket, bucketsOf } from './histogram.ts';
import { matches, type Sample } from './page.ts';

/** A series to show, and the labels that all of what is shown has. */
interface Shown {
  readonly name: string;
  readonly labels: Sample['labels'];
}

const NIM = { provider: 'nvidia-nim' };
const CHAT = { ...NIM, operation: 'chat' };
const HISTOGRAMS: readonly Shown[] = [
  { name: 'llm_time_to_first_token_seconds', labels: CHAT },
  { name: 'llm_tokens_per_second', labels: CHAT },
  { name: 'llm_stream_duration_seconds', labels: { ...CHAT, outcome: 'ok' } },
];
const TOKENS: Shown = { name: 'llm_tokens_total', labels: NIM };
/** Which buckets are shown: the ones where these shares of the values are reached. */
const SHARES = [0.05, 0.5, 0.95];

/** The four series that are named and cut into buckets like NVIDIA NIM's own, shortened. */
export function excerpt(samples: readonly Sample[], models: readonly string[]): string[] {
  const histograms = HISTOGRAMS.flatMap((shown) => [
    ...head(shown, 'histogram'),
    ...models.flatMap((model) => [`  model="${model}"`, `    ${histogram(samples, shown, model)}`]),
  ]);
  const tokens = models.flatMap((model) => [`  model="${model}"`, `    ${counter(samples, model)}`]);
  return [...histograms, ...head(TOKENS, 'counter'), ...tokens];
}

function head({ name, labels }: Shown, type: string): string[] {
  const texts = Object.entries(labels).map(([key, value]) => `${key}="${value}"`);
  return [`# TYPE ${name} ${type}`, `${name}{${texts.join(',')}}`];
}

function histogram(samples: readonly Sample[], { name, labels }: Shown, model: string): string {
  const all = { ...labels, model };
  const value = (suffix: string) => samples.find((sample) => matches(sample, name + suffix, all))?.value ?? 0;
  const buckets = someOf(bucketsOf(samples, name, all)).map(({ bound, count }) => `{le="${bound}"} ${count}`);
  return [
    `_count ${value('_count')}`,
    `_sum ${Number(value('_sum').toPrecision(6))}`,
    `_bucket${buckets.join(' ')}`,
  ].join('  ');
}

function someOf(buckets: readonly Bucket[]): Bucket[] {
  const total = buckets.at(-1)?.count ?? 0;
  const found = SHARES.map((share) => buckets.find(({ count }) => total > 0 && count >= share * total));
  return [...new Set(found)].filter((bucket) => bucket !== undefined);
}

function counter(samples: readonly Sample[], model: string): string {
  const found = samples.filter((sample) => matches(sample, TOKENS.name, { ...TOKENS.labels, model }));
  return found.map(({ labels, value }) => `{type="${labels.type}"} ${value}`).join('  ');
}
