import { context, metrics, SpanKind, trace } from '@opentelemetry/api';
import { OpenAI } from 'openai';
import type { Contender } from '../contender.ts';
import { type Observer, observeChat } from '../workload/observe.ts';
import { registerTelemetry } from '../workload/telemetry.ts';

const START = {
  'gen_ai.operation.name': 'chat',
  'gen_ai.provider.name': 'openai',
  'gen_ai.request.model': 'bench-1',
  'server.address': 'localhost',
  'server.port': 443,
};
const END = {
  'gen_ai.response.id': 'chatcmpl-1',
  'gen_ai.response.model': 'bench-1',
  'gen_ai.response.finish_reasons': ['stop'],
  'gen_ai.usage.input_tokens': 9,
  'gen_ai.usage.output_tokens': 1,
};

export const contender: Contender = {
  title: 'a bare SDK span and four histograms',
  kind: 'reference',
  note: 'what OpenTelemetry itself costs per call: fixed attributes and values, nothing is read or measured',
  async setUp() {
    registerTelemetry({});
    const tracer = trace.getTracer('bench');
    const meter = metrics.getMeter('bench');
    const histograms = ['a', 'b', 'c', 'd'].map((name) => meter.createHistogram(name, { unit: 's' }));
    const begin = (call: () => Promise<unknown>) => {
      const parent = context.active();
      const span = tracer.startSpan('chat bench-1', { kind: SpanKind.CLIENT, attributes: START }, parent);
      const observer: Observer = ({ done }) => {
        if (!done) return;
        for (const histogram of histograms) histogram.record(0.5, START);
        span.setAttributes(END).end();
      };
      return { answer: context.with(trace.setSpan(parent, span), call), observer };
    };
    return (options) => observeChat(new OpenAI(options), begin);
  },
};
