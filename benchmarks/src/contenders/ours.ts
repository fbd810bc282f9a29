import { createMetricProducer } from '@grump/llm-otel-core';
import { wrapOpenAI } from '@grump/llm-otel-openai';
import { metrics } from '@opentelemetry/api';
import { OpenAI } from 'openai';
import type { Contender } from '../contender.ts';
import { registerTelemetry } from '../workload/telemetry.ts';

export const contender: Contender = {
  title: 'ours',
  kind: 'ours',
  package: '@grump/llm-otel-openai',
  names: ['wrapOpenAI'],
  note: 'as `register()` sets it up: a span, and all metrics by the metric producer',
  async setUp() {
    const producer = createMetricProducer({ instruments: 'all' });
    registerTelemetry({ metricProducers: [producer] });
    producer.attach(metrics.getMeterProvider());
    return (options) => wrapOpenAI(new OpenAI(options));
  },
};
