import { createRequire } from 'node:module';
import Anthropic from '@anthropic-ai/sdk';
import { describeProvider } from '@grump/llm-otel-testing/describe-provider';
import { creator, suiteOf } from './conformance';

// Its own tracing is on, as it is by default.
describeProvider(
  suiteOf('@anthropic-ai/sdk 1', Anthropic, createRequire(import.meta.url)('@anthropic-ai/sdk'), {
    createSilent: creator(Anthropic, { openTelemetry: false }),
  }),
);
