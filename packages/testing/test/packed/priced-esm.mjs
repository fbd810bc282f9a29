import { wrapOpenAI } from '@grump/llm-otel-openai';
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';
import OpenAI from 'openai';
import { priced } from './priced.mjs';

const client = new OpenAI({ baseURL: process.env.BASE_URL, apiKey: 'none' });
console.log(JSON.stringify(await priced({ client, wrapOpenAI, MeterProvider, MetricReader })));
