import { Anthropic } from '@anthropic-ai/sdk';
import type { Contender } from '../contender.ts';
import { registerTelemetry } from '../workload/telemetry.ts';

export const contender: Contender = {
  client: 'anthropic',
  title: 'the SDK’s own tracing',
  kind: 'rival',
  note: 'a span, no metrics; on by default since 0.134',
  async setUp() {
    registerTelemetry();
    return (settings) => new Anthropic(settings);
  },
};
