import { createRequire } from 'node:module';
import { describeProvider } from '@grump/llm-otel-testing/describe-provider';
import OpenAI from 'openai';
import { suiteOf } from './conformance';

describeProvider(suiteOf('openai 7', OpenAI, createRequire(import.meta.url)('openai')));
