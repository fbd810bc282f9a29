import { type Client, describeProvider } from '@grump/llm-otel-testing/describe-provider';
import OpenAI from 'openai';
import { beforeAll } from 'vitest';
import { openai } from '../src/descriptor';
import { type WrapOpenAIOptions, wrapOpenAI } from '../src/index';

// Spans wait for these modules, which vitest has to transform first.
beforeAll(async () => {
  await import('../../core/src/content/capture');
  for (const { content } of openai.methods) await content?.();
});

const content: WrapOpenAIOptions['content'] = { mode: 'both', media: 'hash', redact: (content) => content };

describeProvider({
  name: 'openai 7, content captured',
  wrap: (client, options) => wrapOpenAI(client, { ...options, content }),
  apis: ['chat', 'responses', 'completions'],
  createClient: (options) =>
    new OpenAI({ apiKey: 'test', maxRetries: 0, logLevel: 'off', ...options }) as unknown as Client,
});
