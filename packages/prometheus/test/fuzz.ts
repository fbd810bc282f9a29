import type { Attributes } from '@opentelemetry/api';
import type { MetricData } from '@opentelemetry/sdk-metrics';
import { labelName, metricName } from '../src/index';
import type { Sample } from './parse-page';
import { scalar } from './produce';

const TEXTS = [
  '',
  ' ',
  'a',
  '"',
  '\\',
  '\n',
  '\\n',
  '\\"',
  '"}',
  '{a="b"}',
  ',',
  '=',
  '#',
  '# TYPE a counter',
  '\r',
  '\t',
  '\u2028',
  '\u0000',
  '\u007f',
  'é',
  '日本語',
  '🦜',
  '\ud800',
  'NaN',
  '+Inf',
  'x'.repeat(300),
  'nvidia/llama-3.3-nemotron-super-49b-v1.5',
];
const VALUES = [
  0,
  -0,
  1,
  -1,
  0.1,
  1e-7,
  1e21,
  1e308,
  -1e308,
  5e-324,
  Number.MAX_SAFE_INTEGER,
  2 ** 63,
  1 / 3,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
];
const KEYS = [
  'model',
  'gen_ai.request.model',
  'a.b',
  'a_b',
  'a-b',
  '__name__',
  'le',
  'quantile',
  'job',
  'instance',
  '1st',
  'ключ',
  '$',
  'A',
  '',
];
const KINDS = ['counter', 'updowncounter', 'gauge'] as const;
const UNITS = ['', '1', 's', 'By', '{token}', '{token}/s', 'By/s', '%', 'm²', '"\n'];

/** A metric with nasty labels and values, and the samples that must be read back. */
export interface Nasty {
  readonly metrics: MetricData[];
  readonly samples: Sample[];
}

/** Makes metrics out of nasty parts; the same for the same seed. */
export function nastyMetrics(seed: number, count: number): Nasty {
  const random = mulberry32(seed);
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)] as Item;
  const metrics: MetricData[] = [];
  const samples: Sample[] = [];
  for (let index = 0; index < count; index++) {
    const kind = pick(KINDS);
    const unit = pick(UNITS);
    const name = `${pick(['m', 'M', 'm.a', 'm:a', 'm  a', 'ключ m', '1'])}.${index}.z`;
    const points = Array.from({ length: 1 + Math.floor(random() * 4) }, (_, point) => {
      const attributes: Attributes = { point };
      for (let keys = Math.floor(random() * 4); keys > 0; keys--) attributes[pick(KEYS)] = pick(TEXTS) + pick(TEXTS);
      return [attributes, pick(VALUES)] as const;
    });
    metrics.push(scalar(kind, name, points, { unit, description: pick(TEXTS) + pick(TEXTS) }));
    const printed = metricName(name, unit, kind);
    for (const [attributes, value] of points)
      samples.push({ name: printed, labels: expectedLabels(attributes), value });
  }
  return { metrics, samples };
}

function expectedLabels(attributes: Attributes): Record<string, string> {
  const labels: Record<string, string> = {};
  for (const key of Object.keys(attributes).sort()) {
    const name = labelName(key).replace(/^(le|quantile)$/, 'exported_$1');
    const text = Buffer.from(String(attributes[key])).toString();
    if (name !== '') labels[name] = name in labels ? `${labels[name]};${text}` : text;
  }
  return labels;
}

/** Orders samples, and their labels, so that two lists can be compared. */
export function comparable(samples: readonly Sample[]): string[] {
  return samples
    .map(({ name, labels, value }) =>
      JSON.stringify([name, Object.entries(labels).sort(), Object.is(value, -0) ? '-0' : String(value)]),
    )
    .sort();
}

function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
