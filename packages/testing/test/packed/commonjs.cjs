const { wrapOpenAI } = require('@grump/llm-otel-openai');
const { MeterProvider, MetricReader } = require('@opentelemetry/sdk-metrics');
const { OpenAI } = require('openai');

const client = new OpenAI({ baseURL: process.env.BASE_URL, apiKey: 'none' });
import('./scenario.mjs')
  .then(({ scenario }) => scenario({ clients: [[client, wrapOpenAI]], MeterProvider, MetricReader }))
  .then((result) => console.log(JSON.stringify(result)));
