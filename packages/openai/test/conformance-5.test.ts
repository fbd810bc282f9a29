import { createRequire } from 'node:module';
import { describeProvider } from '@grump/llm-otel-testing/describe-provider';
import OpenAI from 'openai-5';
import { suiteOf } from './conformance';

describeProvider(suiteOf('openai 5', OpenAI, createRequire(import.meta.url)('openai-5')));
