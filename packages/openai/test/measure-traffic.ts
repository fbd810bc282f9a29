import type { TrafficCase } from '@grump/llm-otel-testing';
import OpenAI from 'openai';
import { useTelemetry } from '../../core/test/measure';
import { wrapOpenAI } from '../src/index';

/** Makes the call of a recording. */
export type Create = (client: OpenAI, request: never) => Promise<unknown>;

/** Plays a recording through the SDK and gives what was measured, in the words of the truth beside it. */
export async function measureTraffic(recorded: TrafficCase, create: Create) {
  const { api, request, body, httpStatus, responseHeaders, stream } = recorded;
  const telemetry = useTelemetry();
  const { meterProvider, tracerProvider, total } = telemetry;
  const fetch = async () => new Response(body, { status: httpStatus, headers: responseHeaders });
  const client = new OpenAI({ apiKey: 'none', maxRetries: 0, logLevel: 'off', fetch });
  wrapOpenAI(client, { meterProvider, tracerProvider });
  const made = api === 'responses.retrieve' ? { stream } : { ...request, stream };
  try {
    const answer = await create(client, made as never);
    if (stream) for await (const _ of answer as AsyncIterable<unknown>);
  } catch {}
  const { attributes } = telemetry.spans().find(({ kind }) => kind === 'CLIENT')!;
  return {
    outcome: attributes['llm.outcome'],
    error: attributes['error.type'],
    id: attributes['gen_ai.response.id'],
    model: attributes['gen_ai.response.model'],
    reasons: attributes['gen_ai.response.finish_reasons'],
    tools: attributes['llm.tool_calls'] ?? 0,
    firstToken: attributes['llm.stream.first_token'],
    input: await total('llm_tokens_total', { type: 'input' }),
    output: await total('llm_tokens_total', { type: 'output' }),
    cacheRead: await total('llm_token_details_total', { type: 'cache_read' }),
    cacheWrite: await total('llm_token_details_total', { type: 'cache_write' }),
    reasoning: await total('llm_token_details_total', { type: 'reasoning' }),
    missing: await total('llm_usage_missing_total'),
  };
}
