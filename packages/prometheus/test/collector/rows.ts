import { INSTRUMENTS } from '@grump/llm-otel-core';
import type { MetricKind } from '../../src/index';

export interface Row {
  readonly name: string;
  readonly unit: string;
  readonly kind: MetricKind;
}

/** All metrics whose names are compared with the Collector's. */
export function allRows(): Row[] {
  const catalogue = INSTRUMENTS.map(({ name, unit, kind }) => ({ name, unit, kind }));
  return [...catalogue, ...CONVENTIONS, ...randomRows(200)];
}

const rows = (kind: MetricKind, unit: string, ...names: string[]): Row[] => names.map((name) => ({ name, unit, kind }));

/** What @opentelemetry/instrumentation-http 0.223 (both semantic conventions) and -runtime-node 0.36 create, and neighbours. */
const CONVENTIONS: readonly Row[] = [
  ...rows('histogram', 's', 'http.server.request.duration', 'http.client.request.duration', 'v8js.gc.duration'),
  ...rows('histogram', 'ms', 'http.server.duration', 'http.client.duration'),
  ...rows('gauge', '1', 'nodejs.eventloop.utilization', 'hw.gpu.utilization', 'system.cpu.utilization'),
  ...rows('counter', 's', 'nodejs.eventloop.time', 'process.cpu.time'),
  ...rows('gauge', 's', 'nodejs.eventloop.delay.min', 'nodejs.eventloop.delay.max', 'nodejs.eventloop.delay.mean'),
  ...rows('gauge', 's', 'nodejs.eventloop.delay.stddev', 'nodejs.eventloop.delay.p50', 'nodejs.eventloop.delay.p90'),
  ...rows('gauge', 's', 'nodejs.eventloop.delay.p99', 'process.uptime'),
  ...rows('updowncounter', 'By', 'v8js.memory.heap.space.size', 'process.memory.usage', 'hw.gpu.memory.usage'),
  ...rows('gauge', 'By', 'v8js.memory.heap.used', 'v8js.memory.heap.space.available_size'),
  ...rows('gauge', 'By', 'v8js.memory.heap.space.physical_size', 'v8js.memory.heap.limit'),
  ...rows('gauge', '{resource}', 'v8js.resource.active'),
  ...rows('updowncounter', '{request}', 'http.server.active_requests'),
  ...rows('histogram', 'By', 'http.server.request.body.size', 'http.server.response.body.size'),
  ...rows('gauge', 'Cel', 'hw.temperature'),
  ...rows('gauge', 'W', 'hw.power'),
  ...rows('counter', 'J', 'hw.energy'),
];

const WORDS = [
  'a',
  'Total',
  'total',
  'ratio',
  'seconds',
  'bytes',
  'per_second',
  'per',
  'second',
  'x9',
  '9x',
  'µ',
  'ключ',
];
const SEPARATORS = ['.', '_', '-', '/', '__', '..', ':', ' ', ''];
const UNITS = [
  '',
  '1',
  's',
  'ms',
  'By',
  'KiBy',
  'Cel',
  'm',
  '%',
  'd',
  '{token}',
  '{token}/s',
  '{token/s}',
  'By/s',
  '1/s',
];
const ODD_UNITS = [
  'm²',
  'm/y',
  '/s',
  's/',
  'By/°',
  'a_b',
  '_a',
  'a__b_',
  'a/b/c',
  ' s ',
  '°',
  'x/{y}',
  'total',
  'ratio',
];
const KINDS: readonly MetricKind[] = ['counter', 'updowncounter', 'gauge', 'histogram'];

function randomRows(count: number): Row[] {
  const random = createRandom(20_261_123);
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)] as Item;
  const units = [...UNITS, ...ODD_UNITS];
  return Array.from({ length: count }, () => {
    let name = pick(WORDS);
    for (let more = Math.floor(random() * 4); more > 0; more--) name += pick(SEPARATORS) + pick(WORDS);
    return { name, unit: pick(units), kind: pick(KINDS) };
  });
}

/** A linear congruential generator; good enough to pick words, and the same everywhere. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
