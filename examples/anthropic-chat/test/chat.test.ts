import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));

/** What the example prints, against the built packages: its three parts. */
async function run(tracing: string): Promise<readonly string[][]> {
  const env = { ...process.env, ANTHROPIC_BASE_URL: '', ANTHROPIC_OPEN_TELEMETRY: tracing };
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [main], { env });
  expect(stderr).toBe('');
  return stdout
    .trim()
    .split('\n\n')
    .map((part) => part.split('\n'));
}

const CALL = 'anthropic.messages.create (by com.anthropic.sdk.typescript)';
const OUR_CALL = 'chat claude-sonnet-5 (by @grump/llm-otel-core)';
const TRACED = {
  true: [
    `${CALL}, 48 out`,
    'anthropic.messages.tool_runner (by com.anthropic.sdk.typescript)',
    `  ${CALL}, 2 out`,
    '  anthropic.custom_tool_use get_weather (by com.anthropic.sdk.typescript)',
    `  ${CALL}, 12 out`,
  ],
  false: [
    `${OUR_CALL}, 48 out`,
    'invoke_agent (by @grump/llm-otel-core)',
    `  ${OUR_CALL}, 2 out`,
    '  execute_tool get_weather (by @grump/llm-otel-core)',
    `  ${OUR_CALL}, 12 out`,
  ],
} as const;

test.each(['true', 'false'] as const)(
  'with the SDK’s tracing %s, a call is one span',
  { timeout: 30_000 },
  async (on) => {
    const [, calls = [], , spans = [], , metrics = []] = await run(on);
    expect(spans.map((line) => line.replace(/: \d+ ms/, '').replace(/, \d+ tokens in/, ''))).toEqual(TRACED[on]);
    expect(calls).toHaveLength(4);
    const [, outcome, first, firstOutput, speed, input, output, cost] = calls[1]!.split(/ {2,}/);
    expect([outcome, input, output]).toEqual(['ok', '23', '48']);
    expect(Number.parseFloat(first!)).toBeLessThanOrEqual(Number.parseFloat(firstOutput!));
    for (const cell of [first, firstOutput, speed, cost]) expect(cell).toMatch(/[1-9]/);
    // The same both ways.
    expect(metrics.map((line) => line.replace(/(cost_total.*) .*/, '$1'))).toEqual([
      'llm_cost_total{model="claude-sonnet-5",provider="anthropic",source="table"}',
      'llm_requests_total{model="claude-sonnet-5",operation="chat",outcome="ok",provider="anthropic"} 3',
      'llm_time_to_first_token_seconds_count{model="claude-sonnet-5",operation="chat",provider="anthropic"} 1',
      expect.stringMatching(/^llm_tokens_total\{.*type="input"\} \d+$/),
      'llm_tokens_total{model="claude-sonnet-5",provider="anthropic",type="output"} 62',
    ]);
  },
);
