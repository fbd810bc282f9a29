import { createRequire } from 'node:module';
import { describeProvider } from '@grump/llm-otel-testing/describe-provider';
import OpenAI from 'openai-6';
import { suiteOf } from './conformance';

describeProvider(suiteOf('openai 6', OpenAI, createRequire(import.meta.url)('openai-6')));
