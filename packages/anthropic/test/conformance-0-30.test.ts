import { createRequire } from 'node:module';
import { describeProvider } from '@grump/llm-otel-testing/describe-provider';
import Anthropic from 'anthropic-0-30';
import { suiteOf } from './conformance';

// What of it can be had is in sdk-0-30.test.ts.
const lacks = {
  'abort by signal in mid-stream': 'SDK 0.30 hands on an event when the next one comes, and here none does',
  'abort by stream.controller, not read':
    'SDK 0.30 never ends such a stream with the fetch that it brings, wrapped or not',
  'stream: reset': 'SDK 0.30 hands on an event when the next one comes, and loses the last before a reset',
  'withOptions()': 'SDK 0.30 has none',
  'parse() of a plain answer': 'SDK 0.30 has none',
  'toolRunner(): two turns': 'SDK 0.30 has none',
  'toolRunner(): two streamed turns': 'SDK 0.30 has none',
};

describeProvider(
  suiteOf('@anthropic-ai/sdk 0.30', Anthropic, createRequire(import.meta.url)('anthropic-0-30'), { lacks }),
);
