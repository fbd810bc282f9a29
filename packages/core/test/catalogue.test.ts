import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { E2E_NIM1, E2E_V1, TPOT_NIM1, TPOT_V1, TTFT_NIM1, TTFT_V1 } from '../src/buckets';
import { INSTRUMENTS, type Instrument } from '../src/catalogue';
import { valueTypeOf } from '../src/instruments';

interface Convention {
  readonly metrics: Record<string, { instrument: string; unit: string; valueType?: string; attributes: object }>;
  readonly attributes: Record<string, unknown>;
  readonly buckets: Record<string, number[]>;
}

const convention = (file: string): Convention =>
  JSON.parse(readFileSync(new URL(`./fixtures/semconv/${file}`, import.meta.url), 'utf8'));

const CONVENTIONS = { latest: convention('genai-2026-10.json'), 'v1.41': convention('genai-v1.41.1.json') };

const genAi = (profile: 'latest' | 'v1.41') => INSTRUMENTS.filter(({ profiles }) => profiles?.includes(profile));

describe.each(['latest', 'v1.41'] as const)('the GenAI instruments of profile %s', (profile) => {
  const { metrics, attributes, buckets } = CONVENTIONS[profile];

  it.each(genAi(profile))("$name is the convention's", (instrument) => {
    const known = metrics[instrument.name]!;
    expect(known).toBeDefined();
    expect(instrument.kind).toBe(known.instrument);
    expect(instrument.unit).toBe(known.unit);
    if (known.valueType !== undefined) expect(['int', 'double'][valueTypeOf(instrument)]).toBe(known.valueType);
    if (instrument.buckets !== undefined) expect(instrument.buckets).toEqual(buckets[instrument.name]);
    for (const key of instrument.attributes) expect(Object.keys(known.attributes)).toContain(key);
    for (const key of instrument.attributes.filter((key) => key.startsWith('gen_ai.'))) {
      expect(Object.keys(attributes)).toContain(key);
    }
  });
});

describe('the llm instruments', () => {
  const llm = INSTRUMENTS.filter(({ profiles }) => profiles === undefined);

  it("have literal Prometheus names, no convention's namespace, and labels provider and model first", () => {
    for (const { name, kind, attributes } of llm) {
      expect(name).toMatch(/^(llm|training)_[a-z_]+$/);
      expect(name.endsWith('_total')).toBe(kind === 'counter');
      expect(attributes.slice(0, 2)).toEqual(['provider', 'model']);
    }
  });

  it('have buckets in order on histograms only', () => {
    for (const { kind, buckets } of INSTRUMENTS) {
      expect(buckets === undefined).toBe(kind !== 'histogram');
      expect(buckets ?? []).toEqual([...(buckets ?? [])].sort((left, right) => left - right));
    }
  });

  it.each([
    ['time to first token', TTFT_V1, TTFT_NIM1],
    ['time per output token', TPOT_V1, TPOT_NIM1],
    ['request duration', E2E_V1, E2E_NIM1],
  ])('%s has every boundary of NIM 1.x', (_, list, nim) => {
    expect(list).toEqual(expect.arrayContaining([...nim]));
  });
});

const KIND: Record<string, string> = { updowncounter: 'up-down counter' };

function table(instruments: readonly Instrument[]): string {
  const rows = instruments.map(
    ({ name, kind, unit, attributes, description }) =>
      `| \`${name}\` | ${KIND[kind] ?? kind} | ${unit === '' ? '–' : `\`${unit}\``} | ${attributes.map((key) => `\`${key}\``).join(' ')} | ${description} |`,
  );
  return ['| name | kind | unit | attributes | meaning |', '| --- | --- | --- | --- | --- |', ...rows].join('\n');
}

function bucketTable(instruments: readonly Instrument[]): string {
  const rows = instruments.flatMap(({ name, buckets }) =>
    buckets === undefined ? [] : [`| \`${name}\` | ${buckets.join(' ')} |`],
  );
  return ['| name | boundaries |', '| --- | --- |', ...rows].join('\n');
}

it('docs/metrics.md is made from the catalogue', async () => {
  const text = [
    '# Metrics',
    'Made from the catalogue of `@grump/llm-otel-core` by its test; update it with `vitest run -u`, never by hand.',
    '## `llm`: literal Prometheus names, always on',
    table(INSTRUMENTS.filter(({ profiles }) => profiles === undefined)),
    '`error_type` is there when the call failed; `outcome` is one of `ok`, `error`, `cancelled`, `aborted`, `truncated`, `abandoned`.',
    '## `gen_ai`, profile `latest` (default)',
    'OpenTelemetry GenAI conventions, main 6fd0d763 (2026-10-09).',
    table(genAi('latest')),
    '## `gen_ai`, profile `v1.41`',
    'OpenTelemetry semantic conventions v1.41.1.',
    table(genAi('v1.41')),
    '## Buckets',
    bucketTable(INSTRUMENTS),
  ].join('\n\n');
  await expect(`${text}\n`).toMatchFileSnapshot('../../../docs/metrics.md');
});
