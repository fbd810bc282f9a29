import { describe, expect, test } from 'vitest';
import type { PrometheusBridgeOptions, TranslationStrategy } from '../src/index';
import { comparable, nastyMetrics } from './fuzz';
import { parsePage, type Sample } from './parse-page';
import { clashing, oddHistograms, producer } from './produce';
import { needs, PROMTOOL, PYTHON_CLIENT, run } from './programs';
import { bind, bindExample } from './support';

const STRATEGIES: readonly TranslationStrategy[] = [
  'UnderscoreEscapingWithSuffixes',
  'UnderscoreEscapingWithoutSuffixes',
  'NoUTF8EscapingWithSuffixes',
  'NoTranslation',
];

const nastyPages = (): Promise<string[]> =>
  Promise.all(
    Array.from({ length: 10 }, (_, seed) => {
      const { metrics } = nastyMetrics(seed, 60);
      return bind({ metricProducers: [producer(metrics)] }).bridge.scrape();
    }),
  );

describe('promtool', () => {
  test('check metrics has nothing to say about the example', async (context) => {
    needs(context, PROMTOOL);
    const page = await bindExample().bridge.scrape();
    expect(run('promtool', ['check', 'metrics'], page)).toEqual({ status: 0, said: '' });
  });

  test('reads pages of nasty labels and values', async (context) => {
    needs(context, PROMTOOL);
    for (const page of [await bindExample().bridge.scrape(), ...(await nastyPages())]) {
      const { said } = run('promtool', ['check', 'metrics'], page);
      expect(said).not.toMatch(/error while linting|parsing error/);
    }
  });
});

/** Prints every sample as a line of JSON; numbers as text, since JSON has no NaN. */
const READ = `
import json, sys
from prometheus_client.parser import text_string_to_metric_families
for family in text_string_to_metric_families(sys.stdin.buffer.read().decode()):
    for sample in family.samples:
        print(json.dumps({"name": sample.name, "labels": sample.labels, "value": repr(float(sample.value))}))
`;

function readWithPython(page: string): Sample[] {
  const { status, said } = run('python3', ['-c', READ], page);
  if (status !== 0) throw new Error(said);
  const lines = said.split('\n').filter((line) => line !== '');
  return lines.map((line) => {
    const sample = JSON.parse(line) as { name: string; labels: Record<string, string>; value: string };
    return { ...sample, value: Number(sample.value.replace('inf', 'Infinity')) };
  });
}

/** Python reads `-0` as an integer, and those have no signed zero. */
const unsigned = (sample: Sample): Sample => ({ ...sample, value: sample.value + 0 });

test("Python's reference parser reads what is there", { timeout: 60_000 }, async (context) => {
  needs(context, PYTHON_CLIENT);
  for (const page of [await bindExample().bridge.scrape(), ...(await nastyPages())]) {
    const text = Buffer.from(page).toString();
    expect(comparable(readWithPython(text))).toEqual(comparable(parsePage(text).map(unsigned)));
  }
});

/** Reads pages of OpenMetrics with the reference parser; says what it thinks of each, or gives the number of its samples. */
const READ_OPENMETRICS = `
import json, sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families
answers = []
for page in json.load(sys.stdin):
    try:
        answers.append(sum(len(family.samples) for family in text_string_to_metric_families(page)))
    except Exception as fault:
        answers.append(type(fault).__name__ + ": " + str(fault))
print(json.dumps(answers))
`;

const OPENMETRICS = 'application/openmetrics-text; version=1.0.0';

async function openMetrics(options: PrometheusBridgeOptions, escaping: string): Promise<string> {
  const { bridge } = bindExample({ ...options, selfMetrics: true });
  const headers = { accept: escaping === '' ? OPENMETRICS : `${OPENMETRICS}; escaping=${escaping}` };
  const response = await bridge.fetch(new Request('http://localhost/metrics', { headers }));
  expect(response.headers.get('content-type')).toContain('application/openmetrics-text');
  return Buffer.from(await response.arrayBuffer()).toString();
}

test("Python's reference parser of OpenMetrics accepts every page", { timeout: 60_000 }, async (context) => {
  needs(context, PYTHON_CLIENT);
  const pages: string[] = [];
  for (const translationStrategy of STRATEGIES) {
    for (const escaping of ['', 'allow-utf-8', 'underscores', 'dots', 'values']) {
      for (const seed of [1, 2, 3, 4, 5]) {
        const nasty = producer(nastyMetrics(seed + 5 * pages.length, 60).metrics, oddHistograms(), clashing());
        const withScopeInfo = seed % 2 === 0;
        const resourceLabels = ['service.name'];
        const options = { translationStrategy, withScopeInfo, resourceLabels, metricProducers: [nasty] };
        pages.push(await openMetrics(options, escaping));
      }
    }
  }
  const answers = JSON.parse(run('python3', ['-c', READ_OPENMETRICS], JSON.stringify(pages)).said) as unknown[];
  const samples = pages.map((page) => page.split('\n').filter((line) => line !== '' && !line.startsWith('#')).length);
  expect(answers).toEqual(samples);
});
