const { wrapOpenAI } = require('@grump/llm-otel-openai');
const { MeterProvider, MetricReader } = require('@opentelemetry/sdk-metrics');
const { OpenAI } = require('openai');

const client = new OpenAI({ baseURL: process.env.BASE_URL, apiKey: 'none' });
import('./priced.mjs')
  .then(({ priced }) => priced({ client, wrapOpenAI, MeterProvider, MetricReader }))
  .then((found) => console.log(JSON.stringify(found)));
