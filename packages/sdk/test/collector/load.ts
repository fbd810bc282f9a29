import { setImmediate } from 'node:timers/promises';
import { wrapOpenAI } from '@grump/llm-otel-openai';
import OpenAI from 'openai';

const MODEL = 'meta/llama-3.1-8b-instruct';
const BODY = JSON.stringify({
  id: 'chatcmpl-1',
  object: 'chat.completion',
  model: MODEL,
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hello!' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 7, completion_tokens: 3, total_tokens: 10 },
});

/** An answer that takes a turn of the event loop, as one from a network does at least. */
async function answer(): Promise<Response> {
  await setImmediate();
  return new Response(BODY, { headers: { 'content-type': 'application/json' } });
}

/** Calls a wrapped client so often, with so many calls open at a time. */
export async function makeCalls(count: number, width = 50, events = false): Promise<void> {
  const client = wrapOpenAI(
    new OpenAI({ baseURL: 'https://integrate.api.nvidia.com/v1', apiKey: 'none', fetch: answer }),
    events ? { content: { mode: 'event' } } : {},
  );
  const messages = [{ role: 'user' as const, content: 'Hi' }];
  let left = count;
  const work = async () => {
    while (left-- > 0) await client.chat.completions.create({ model: MODEL, messages });
  };
  await Promise.all(Array.from({ length: width }, work));
}
