import { createRequire } from 'node:module';
import { wrapOpenAI } from '@grump/llm-otel-openai';
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';
import OpenAI from 'openai';
import { scenario } from './scenario.mjs';

const require = createRequire(import.meta.url);
const commonjs = require('@grump/llm-otel-openai');
if (commonjs.wrapOpenAI === wrapOpenAI) throw new Error('Both formats are one module here, so this says nothing');

const options = { baseURL: process.env.BASE_URL, apiKey: 'none' };
const clients = [
  [new OpenAI(options), wrapOpenAI, commonjs.wrapOpenAI],
  [new (require('openai'))(options), commonjs.wrapOpenAI],
];
console.log(JSON.stringify(await scenario({ clients, MeterProvider, MetricReader })));
