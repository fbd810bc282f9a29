import { wrapOpenAI } from '@grump/llm-otel-openai';
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';
import OpenAI from 'openai';
import { scenario } from './scenario.mjs';

const client = new OpenAI({ baseURL: process.env.BASE_URL, apiKey: 'none' });
console.log(JSON.stringify(await scenario({ clients: [[client, wrapOpenAI]], MeterProvider, MetricReader })));
