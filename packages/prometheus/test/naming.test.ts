import { INSTRUMENTS } from '@grump/llm-otel-core';
import { describe, expect, test } from 'vitest';
import { labelName, metricName, type TranslationStrategy } from '../src/index';
import { record, recordedRows } from './collector/record';
import { allRows } from './collector/rows';

// The truth comes from a real Collector: see collector/main.go.
if (process.env.RECORD_NAMES) record();
const recorded = recordedRows();

describe('metricName', () => {
  test('was recorded for every instrument that there is; else RECORD_NAMES=1', () => {
    expect(recorded.map(({ name, unit, kind }) => ({ name, unit, kind }))).toEqual(allRows());
  });

  test.each(recorded)("$name, unit '$unit', $kind: as the Collector has it", ({ name, unit, kind, names }) => {
    const ours = Object.keys(names).map((key) => {
      const strategy = key as TranslationStrategy;
      return [strategy, metricName(name, unit, kind, strategy)];
    });
    expect(Object.fromEntries(ours)).toEqual(names);
  });

  test.each(INSTRUMENTS.filter(({ name }) => name.startsWith('llm_')))(
    'the catalogue name $name goes out as it is',
    ({ name, unit, kind }) => {
      expect(metricName(name, unit, kind)).toBe(name);
    },
  );
});

describe('labelName', () => {
  test.each([
    ['model', 'model'],
    ['gen_ai.request.model', 'gen_ai_request_model'],
    ['a..b--c', 'a_b_c'],
    ['123', 'key_123'],
    ['_private', '_private'],
    ['__name__', '_name_'],
    ['ключ', '_'],
    ['', ''],
  ])('of attribute "%s" is %s', (key, expected) => {
    expect(labelName(key)).toBe(expected);
  });

  test('keeps all of a key where names may be anything', () => {
    expect(labelName('gen_ai.ключ', 'NoTranslation')).toBe('gen_ai.ключ');
  });
});
