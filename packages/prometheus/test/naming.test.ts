import { INSTRUMENTS } from '@grump/llm-otel-core';
import { describe, expect, test } from 'vitest';
import { labelName, type MetricKind, metricName } from '../src/index';

type Row = readonly [name: string, unit: string, kind: MetricKind, expected: string];

const catalogue: readonly Row[] = [
  ['llm_time_to_first_token_seconds', 's', 'histogram', 'llm_time_to_first_token_seconds'],
  ['llm_tokens_per_second', '{token}/s', 'histogram', 'llm_tokens_per_second'],
  ['llm_requests_total', '{request}', 'counter', 'llm_requests_total'],
  ['llm_requests_in_flight', '{request}', 'updowncounter', 'llm_requests_in_flight'],
  ['llm_tokens_total', '{token}', 'counter', 'llm_tokens_total'],
  ['llm_cost_total', '{USD}', 'counter', 'llm_cost_total'],
  ['llm_rate_limit_remaining', '', 'gauge', 'llm_rate_limit_remaining'],
];

const conventions: readonly Row[] = [
  ['gen_ai.client.inference.duration', 's', 'histogram', 'gen_ai_client_inference_duration_seconds'],
  [
    'gen_ai.client.inference.usage.input_tokens',
    '{token}',
    'counter',
    'gen_ai_client_inference_usage_input_tokens_total',
  ],
  ['gen_ai.client.token.usage', '{token}', 'histogram', 'gen_ai_client_token_usage'],
  ['http.server.request.duration', 's', 'histogram', 'http_server_request_duration_seconds'],
  ['hw.gpu.memory.usage', 'By', 'updowncounter', 'hw_gpu_memory_usage_bytes'],
  ['hw.gpu.utilization', '1', 'gauge', 'hw_gpu_utilization_ratio'],
  ['hw.temperature', 'Cel', 'gauge', 'hw_temperature_celsius'],
  ['hw.power', 'W', 'gauge', 'hw_power_watts'],
  ['hw.energy', 'J', 'counter', 'hw_energy_joules_total'],
  ['nodejs.eventloop.delay.p99', 's', 'gauge', 'nodejs_eventloop_delay_p99_seconds'],
  ['process.cpu.time', 's', 'counter', 'process_cpu_time_seconds_total'],
];

/** Expected names printed by Prometheus' own translator (github.com/prometheus/otlptranslator v1.0.0). */
const translator: readonly Row[] = [
  ['simple_metric', '', 'gauge', 'simple_metric'],
  ['123metric', '', 'gauge', '_123metric'],
  ['metric@@##$$name', '', 'gauge', 'metric_name'],
  [
    'metric__with__multiple__underscores',
    'unit__multiple__underscores',
    'gauge',
    'metric_with_multiple_underscores_unit_multiple_underscores',
  ],
  ['_leading.and.trailing_', '', 'gauge', 'leading_and_trailing'],
  ['rule:level', 's', 'gauge', 'rule:level_seconds'],
  ['requests', '', 'counter', 'requests_total'],
  ['total_requests', '', 'counter', 'requests_total'],
  ['requests_total', 's', 'counter', 'requests_seconds_total'],
  ['items', '1', 'counter', 'items_total'],
  ['open_items', '1', 'updowncounter', 'open_items'],
  ['share', '1', 'histogram', 'share'],
  ['ratio.of.cpu', '1', 'gauge', 'of_cpu_ratio'],
  ['response_time', 'ms', 'histogram', 'response_time_milliseconds'],
  ['seconds_since_start', 's', 'gauge', 'seconds_since_start'],
  ['uptime', 'd', 'gauge', 'uptime_days'],
  ['load', '%', 'gauge', 'load_percent'],
  ['requests', '1/s', 'gauge', 'requests_per_second'],
  ['throughput', 'By/s', 'gauge', 'throughput_bytes_per_second'],
  ['custom', 'By/{chunk}', 'gauge', 'custom_bytes'],
  ['custom', '{chunk}', 'gauge', 'custom'],
  ['custom', 'unit@with#special/chars', 'gauge', 'custom_unit_with_special_per_chars'],
  ['custom', 'a/b/c', 'gauge', 'custom_a_per_b_c'],
  ['custom', ' s ', 'gauge', 'custom_seconds'],
  ['custom', '/s', 'gauge', 'custom_per_second'],
  ['custom', 'By/°', 'gauge', 'custom_bytes'],
  ['custom', 'constructor', 'gauge', 'custom_constructor'],
];

const ours: readonly Row[] = [
  ['@#$%', '', 'counter', ''],
  ['площадь', 's', 'gauge', ''],
  ['area', 'm²', 'counter', 'area_m_total'],
];

describe('metricName', () => {
  test.each([...catalogue, ...conventions, ...translator, ...ours])(
    '%s, unit "%s", %s: %s',
    (name, unit, kind, expected) => {
      expect(metricName(name, unit, kind)).toBe(expected);
    },
  );

  test.each(INSTRUMENTS.filter(({ name }) => name.startsWith('llm_')))(
    'the catalogue name $name goes out as it is',
    ({ name, unit, kind }) => {
      expect(metricName(name, unit, kind)).toBe(name);
    },
  );
});

test.each([
  ['model', 'model'],
  ['gen_ai.request.model', 'gen_ai_request_model'],
  ['a..b--c', 'a_b_c'],
  ['123', 'key_123'],
  ['_private', '_private'],
  ['__name__', '_name_'],
  ['ключ', '_'],
  ['', ''],
])('the label of attribute "%s" is %s', (key, expected) => {
  expect(labelName(key)).toBe(expected);
});
