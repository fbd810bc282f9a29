import { createRequire } from 'node:module';
import { register } from '@grump/llm-otel-sdk';
import OpenAI from 'openai';
import { pageOf, scenario } from './scenario.mjs';

const classes = { Module: OpenAI, CommonJS: createRequire(import.meta.url)('openai') };
await scenario(classes, () => pageOf(register()));
