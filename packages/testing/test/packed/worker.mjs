import { wrapOpenAI } from '@grump/llm-otel-openai';
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';
import OpenAI from 'openai';
import { scenario } from './scenario.mjs';

export default {
  async test(_controller, { BASE_URL }) {
    const client = new OpenAI({ baseURL: BASE_URL, apiKey: 'none' });
    console.log(JSON.stringify(await scenario({ clients: [[client, wrapOpenAI]], MeterProvider, MetricReader })));
  },
};
