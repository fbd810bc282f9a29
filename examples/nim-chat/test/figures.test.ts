import { expect, test } from 'vitest';
import { modelsOf, readFigures, readOutcomes } from '../src/figures.ts';
import { parsePage } from '../src/page.ts';

const PAGE = `# HELP llm_requests_total Finished requests
# TYPE llm_requests_total counter
llm_requests_total{model="b",outcome="ok"} 7
llm_requests_total{model="a",outcome="error",error_type="429"} 2
llm_requests_total{model="b",outcome="error",error_type="429"} 1
llm_requests_in_flight{model="b"} 3
llm_requests_in_flight{model="a"} 0
llm_time_to_first_token_seconds_bucket{model="b",le="0.1"} 0
llm_time_to_first_token_seconds_bucket{model="b",le="0.2"} 8
llm_time_to_first_token_seconds_bucket{model="b",le="+Inf"} 8
llm_inter_token_latency_seconds_sum{model="b"} 1.5
llm_inter_token_latency_seconds_count{model="b"} 100
llm_tokens_total{model="b",type="input"} 40
llm_tokens_total{model="b",type="output"} 90
llm_cost_total{model="b",source="user"} 0.25
other_total{model="c"} 1
`;
const samples = parsePage(PAGE, 'llm_');

test('a model has its own figures', () => {
  const figures = readFigures(samples, 'b');
  expect(figures).toMatchObject({ requests: 8, inFlight: 3, inputTokens: 40, outputTokens: 90, cost: 0.25, errors: 1 });
  expect(figures.interTokenLatency).toBeCloseTo(0.015, 10);
  expect(figures.timeToFirstToken[0]).toBeCloseTo(0.15, 10);
});

test('what was not measured is undefined, and not 0', () => {
  expect(readFigures(samples, 'a')).toMatchObject({ requests: 2, inputTokens: undefined, cost: undefined });
  expect(readFigures(samples, 'a').timeToFirstToken).toEqual([undefined, undefined, undefined]);
});

test('all models together', () => {
  expect(readFigures(samples)).toMatchObject({ model: 'all models', requests: 10, inFlight: 3, errors: 3 });
});

test('models and outcomes', () => {
  expect(modelsOf(samples)).toEqual(['a', 'b']);
  expect(readOutcomes(samples)).toEqual(['ok 7', 'error (429) 3']);
});

test('labels may hold what the format escapes', () => {
  const [sample] = parsePage('llm_x{model="a\\"b,c=\\\\\\nd",le="+Inf"} +Inf\n', 'llm_');
  expect(sample).toEqual({
    name: 'llm_x',
    labels: { model: 'a"b,c=\\\nd', le: '+Inf' },
    value: Number.POSITIVE_INFINITY,
  });
});
