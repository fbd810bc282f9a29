import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { HOSTS, LIMITS, USAGE_REJECTED, USAGE_UNASKED } from '../src/providers';

const document = readFileSync(new URL('../../../docs/providers.md', import.meta.url), 'utf8');

/** Rows of the table of servers, by label. */
const rows = new Map(
  [...document.matchAll(/^\| `([^`]+)` \|(.+)\|$/gm)].map(([, label, cells]) => [label!, cells!.split(' | ')] as const),
);

/** Servers that no host tells. */
const OF_ONES_OWN = ['vllm', 'sglang', 'tgi', 'llama.cpp', 'ollama', 'tensorrt-llm', 'dynamo', 'triton', 'litellm'];
const LABELS = new Set([...HOSTS.map(([, provider]) => provider), ...OF_ONES_OWN, 'openai-compatible']);

describe('docs/providers.md', () => {
  it('has one row for each label', () => {
    expect([...rows.keys()].sort()).toEqual([...LABELS].sort());
    for (const cells of rows.values()) expect(cells).toHaveLength(4);
  });

  it('says of each server whether usage is asked for, as the table of quirks does', () => {
    for (const [label, cells] of rows) {
      const [, usage] = cells;
      const how = USAGE_REJECTED.includes(label)
        ? /rejected/
        : USAGE_UNASKED.includes(label)
          ? /^by itself/
          : /asked for/;
      expect([label, usage]).toEqual([label, expect.stringMatching(how)]);
    }
  });

  it('knows every label that has quirks', () => {
    const labels = [...Object.keys(LIMITS), ...USAGE_REJECTED, ...USAGE_UNASKED];
    expect(labels.filter((label) => !LABELS.has(label))).toEqual([]);
  });
});
