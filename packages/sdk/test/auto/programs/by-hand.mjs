import { createRequire } from 'node:module';
import { wrapOpenAI } from '@grump/llm-otel-openai';
import { register } from '@grump/llm-otel-sdk';
import OpenAI from 'openai';
import { pageOf, scenario } from './scenario.mjs';

// With the other copy of the package, the call is counted once all the same, by the options of whoever was first.
const wrap =
  process.env.COPY === 'other' ? createRequire(import.meta.url)('@grump/llm-otel-openai').wrapOpenAI : wrapOpenAI;
const options = { provider: 'nvidia-nim' };
globalThis.afterConstruction = (client) => wrap(wrap(client, options), options);
await scenario({ OpenAI }, () => {
  const registration = register();
  const clients = registration.status().clients.filter(({ calls }) => calls !== 2);
  if (clients.length > Number(wrap !== wrapOpenAI)) throw new Error(`status() has ${JSON.stringify(clients)}`);
  return pageOf(registration);
});
