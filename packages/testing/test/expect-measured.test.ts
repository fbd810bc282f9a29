import { type Span, SpanKind } from '@opentelemetry/api';
import { expect, it } from 'vitest';
import { CHAT } from '../src/conformance/apis/chat.ts';
import { expectMeasured } from '../src/conformance/expect-measured.ts';
import { useTelemetry } from '../src/conformance/play-case.ts';
import { MODEL } from '../src/conformance/prompts.ts';
import type { Measured } from '../src/conformance/suite.ts';
import type { Telemetry } from '../src/index.ts';

/** Milliseconds since 1970; what is less than the process's age would be read as such. */
const START = 1_790_000_000_000;
const labels = { provider: 'nvidia-nim', model: MODEL, operation: 'chat' };

/** A call as it is to be counted, with the faults that a test asks for. */
interface Counted {
  readonly requests?: number;
  readonly outcome?: string;
  readonly spans?: number;
  readonly spanMillis?: number;
  readonly inFlight?: number;
  readonly output?: number;
  readonly errorType?: string;
}

function count(telemetry: Telemetry, counted: Counted): void {
  const { requests = 1, outcome = 'ok', spans = 1, spanMillis = 250, inFlight = 0, output = 3, errorType } = counted;
  const meter = telemetry.meterProvider.getMeter('test');
  const tracer = telemetry.tracerProvider.getTracer('test');
  const failure = errorType === undefined ? {} : { error_type: errorType };
  meter.createCounter('llm_requests_total').add(requests, { ...labels, ...failure, outcome });
  meter.createHistogram('llm_request_duration_seconds').record(0.25, { ...labels, outcome });
  meter.createUpDownCounter('llm_requests_in_flight').add(inFlight, labels);
  meter.createCounter('llm_tokens_total').add(7, { type: 'input' });
  meter.createCounter('llm_tokens_total').add(output, { type: 'output' });
  const start = (): Span => tracer.startSpan(`chat ${MODEL}`, { kind: SpanKind.CLIENT, startTime: START });
  for (let made = 0; made < spans; made++) start().end(START + spanMillis);
}

const check = (counted: Counted, measured: Measured = { outcome: 'ok' }): Promise<void> => {
  const telemetry = useTelemetry();
  count(telemetry, counted);
  return expectMeasured(CHAT, telemetry, measured, { input: 7, output: 3 });
};

it('accepts a call counted once', () => check({}));

it.each<Counted>([
  { requests: 2 },
  { outcome: 'error' },
  { spans: 2 },
  { spans: 0 },
  { spanMillis: 250.1 },
  { inFlight: 1 },
  { output: 4 },
  { errorType: '500' },
])('rejects a call counted wrong: %o', async (counted) => {
  await expect(check(counted)).rejects.toThrow(/expected/);
});

it('rejects totals that are not there', async () => {
  await expect(check({}, { outcome: 'ok', totals: { llm_usage_missing_total: 1 } })).rejects.toThrow(/expected/);
});
