// An application with another SDK beside ours: node application.mjs <which> <before|after>. Prints what each has seen.

import { wrapOpenAI } from '@grump/llm-otel-openai';
import { register } from '@grump/llm-otel-sdk';
import { DiagLogLevel, diag, trace } from '@opentelemetry/api';
import OpenAI from 'openai';
import { others } from './others.mjs';

const [which, when] = process.argv.slice(2);
const ours = [];
const processor = {
  onStart() {},
  onEnd: (span) => ours.push(span.name),
  forceFlush: async () => {},
  shutdown: async () => {},
};
const registerOurs = () =>
  register({ spanProcessors: [processor], prometheus: { listen: false }, serviceName: 'ours' });

const earlier = when === 'before' ? await others[which]() : undefined;
const said = [];
const record = (text) => said.push(String(text));
const quiet = () => {};
console.warn = record;
// Not before the other one: the first that sets a global says which version of the API is in use.
diag.setLogger({ error: record, warn: record, info: quiet, debug: quiet, verbose: quiet }, DiagLogLevel.WARN);
const registration = registerOurs();
const theirs = earlier ?? (await others[which]());

const body = {
  object: 'chat.completion',
  model: 'm',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hello!' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
};
const answer = async () => Response.json(body);
const client = wrapOpenAI(new OpenAI({ baseURL: 'http://127.0.0.1:9/v1', apiKey: 'none', fetch: answer }));
await trace.getTracer('application').startActiveSpan('their span', async (span) => {
  await client.chat.completions.create({ model: 'm', messages: [] });
  span.end();
});

await theirs.own?.();
await registration.forceFlush();
await theirs.flush?.();
const page = await (await registration.metricsFetch(new Request('http://app/metrics'))).text();
const { signals } = registration.status();
const counted = {
  ours: Number(/^llm_requests_total\{.*\} (\d+)$/m.exec(page)?.[1] ?? 0),
  theirs: (await theirs.counted?.()) ?? 0,
};
console.log(`seen ${JSON.stringify({ ours, theirs: theirs.spans(), counted, signals, said })}`);
process.exit(0);
