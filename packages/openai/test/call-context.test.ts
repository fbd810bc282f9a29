import { createTelemetry, type Telemetry } from '@grump/llm-otel-testing';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type CallSummary, callContext, wrapOpenAI } from '../src/index';
import { type Answer, createClient, DONE } from './mock-fetch';

const REQUEST = { model: 'meta/llama-3.1-8b-instruct', messages: [{ role: 'user' as const, content: 'Hi' }] };
const CHUNK = { id: 'chatcmpl-1', choices: [{ index: 0, delta: { content: 'a' }, finish_reason: 'stop' }] };
const STREAM: Answer = {
  frames: [
    [0, CHUNK],
    [0, DONE],
  ],
};
const RESULT: Answer = { body: { id: 'chatcmpl-2', choices: [{ index: 0, finish_reason: 'stop' }] } };

const ROUTER = { from: 'large', to: 'small', reason: 'cost' };
const OPTIONS = { attributes: { team: 'search' }, sessionId: 's-17', userId: 'u-4', router: ROUTER };
const ON_SPAN = {
  team: 'search',
  'gen_ai.conversation.id': 's-17',
  'session.id': 's-17',
  'user.id': 'u-4',
  'llm.router.from': 'large',
};

let telemetry: Telemetry;
beforeEach(() => {
  telemetry = createTelemetry();
});
afterEach(async () => {
  telemetry.unregister();
  await telemetry.shutdown();
});

/** What `onCall` is told of a stream that is read outside, and of a call inside. */
async function play(): Promise<CallSummary[]> {
  const told: CallSummary[] = [];
  const client = wrapOpenAI(createClient(STREAM, RESULT), { ...telemetry, onCall: (summary) => told.push(summary) });
  const stream = await callContext(OPTIONS, async () => {
    const response = await client.chat.completions.create({ ...REQUEST, stream: true });
    await client.chat.completions.create(REQUEST);
    return response;
  });
  for await (const _ of stream);
  await vi.waitFor(() => expect(told).toHaveLength(2));
  return told;
}

it.each(['with', 'without'])('is about the calls of a client %s a context manager', async (manager) => {
  if (manager === 'with') telemetry.register();
  const told = await play();
  expect(told).toMatchObject(Array(2).fill({ attributes: { team: 'search' }, sessionId: 's-17', userId: 'u-4' }));
  expect(telemetry.spans().map(({ attributes }) => attributes)).toMatchObject([ON_SPAN, ON_SPAN]);
  expect(await telemetry.total('llm_requests_total', { team: 'search' })).toBe(2);
  expect(await telemetry.total('llm_router_decisions_total', ROUTER)).toBe(1);
  expect(JSON.stringify(await telemetry.metrics())).not.toMatch(/s-17|u-4/);
});
