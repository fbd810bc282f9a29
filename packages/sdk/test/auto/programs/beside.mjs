import OpenAI from 'openai';
import { scenario } from './scenario.mjs';

/** As a page, of the one instrument that is looked at. */
async function page() {
  const { resourceMetrics } = await globalThis.otherReader.collect();
  const found = resourceMetrics.scopeMetrics.flatMap(({ metrics }) => metrics);
  const points = found.find(({ descriptor }) => descriptor.name === 'llm_requests_total')?.dataPoints ?? [];
  const labels = (attributes) => Object.entries(attributes).map(([key, value]) => `${key}="${value}"`);
  return points.map(({ attributes, value }) => `llm_requests_total{${labels(attributes)}} ${value}`).join('\n');
}

await scenario({ OpenAI }, page);
