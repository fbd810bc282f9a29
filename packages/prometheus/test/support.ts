import { type DiagLogger, DiagLogLevel, diag } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { AggregationType, MeterProvider, type ViewOptions } from '@opentelemetry/sdk-metrics';
import { onTestFinished } from 'vitest';
import { PrometheusBridge, type PrometheusBridgeOptions } from '../src/index';

export interface Bound {
  readonly bridge: PrometheusBridge;
  readonly provider: MeterProvider;
}

/** A bridge in a meter provider of its own, with an empty resource, shut down with the test. */
export function bind(options: PrometheusBridgeOptions = {}, views: ViewOptions[] = []): Bound {
  const bridge = new PrometheusBridge(options);
  const provider = new MeterProvider({ resource: resourceFromAttributes({}), readers: [bridge], views });
  onTestFinished(() => provider.shutdown());
  return { bridge, provider };
}

/** What goes to `diag` until the test is over. */
export function catchDiag(): string[] {
  const said: string[] = [];
  const note = (...parts: unknown[]): void => {
    said.push(parts.join(' '));
  };
  const logger: DiagLogger = { error: note, warn: note, info: () => {}, debug: () => {}, verbose: () => {} };
  diag.setLogger(logger, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
  onTestFinished(() => diag.disable());
  return said;
}

const EXPONENTIAL: ViewOptions = {
  instrumentName: 'example.size',
  aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM },
};

/** A provider that has measured something with every kind of instrument, through the API. */
export function bindExample(options: PrometheusBridgeOptions = {}): Bound {
  const bridge = new PrometheusBridge(options);
  const resource = resourceFromAttributes({ 'service.name': 'chat', 'service.version': '1.2.3' });
  const provider = new MeterProvider({ resource, readers: [bridge], views: [EXPONENTIAL] });
  onTestFinished(() => provider.shutdown());
  recordLlm(provider);
  recordOthers(provider);
  return { bridge, provider };
}

const CALL = { provider: 'nvidia-nim', model: 'nvidia/llama-3.3-nemotron-super-49b-v1.5', operation: 'chat' };

const seconds = (description: string, explicitBucketBoundaries: number[]) =>
  ({ unit: 's', description, advice: { explicitBucketBoundaries } }) as const;

function recordLlm(provider: MeterProvider): void {
  const meter = provider.getMeter('@grump/llm-otel-core', '0.1.0');
  const firstToken = meter.createHistogram(
    'llm_time_to_first_token_seconds',
    seconds('Time from issuing the request to the first token', [0.001, 0.25, 1, 2.5, 7680]),
  );
  for (const value of [0.2, 0.25, 0.75, 9000]) firstToken.record(value, CALL);
  const speed = seconds('Tokens per second of a request', [10, 100]);
  meter.createHistogram('llm_tokens_per_second', { ...speed, unit: '{token/s}' }).record(62.5, CALL);
  const tokens = meter.createCounter('llm_tokens_total', { unit: '{token}', description: 'Tokens' });
  tokens.add(120, { provider: CALL.provider, model: CALL.model, type: 'input' });
  tokens.add(1_200_000, { provider: CALL.provider, model: CALL.model, type: 'output' });
  const requests = { unit: '{request}', description: 'Requests in flight' };
  meter.createUpDownCounter('llm_requests_in_flight', requests).add(-2, CALL);
  meter
    .createHistogram('gen_ai.client.inference.duration', seconds('Duration', [0.01, 81.92]))
    .record(1.5, { 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': CALL.model, 'server.port': 443 });
}

function recordOthers(provider: MeterProvider): void {
  const meter = provider.getMeter('example');
  const share = { unit: '1', description: 'Share of time\nin which "it" ran \\ worked' };
  meter.createGauge('hw.gpu.utilization', share).record(0.5);
  const sizes = meter.createHistogram('example.size', { unit: 'By', description: 'Sizes' });
  for (const bytes of [0, 1, 1.5, 3]) sizes.record(bytes);
  const odd = meter.createGauge('example.odd', { description: 'Odd labels and values' });
  odd.record(Number.NaN, { 'a.b': 'dot', a_b: 'line' });
  odd.record(Number.POSITIVE_INFINITY, { text: 'quote " backslash \\ newline \n end', list: ['x', 'y'], flag: true });
  odd.record(Number.NEGATIVE_INFINITY, { le: '1', '1st': 1.5, empty: '' });
}
