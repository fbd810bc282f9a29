import { createRequire } from 'node:module';
import { type Client, type CreateClient, describeProvider } from '@grump/llm-otel-testing/describe-provider';
import OpenAI from 'openai';
import OpenAI5 from 'openai-5';
import OpenAI6 from 'openai-6';
import { wrapOpenAI } from '../src/index';

const require = createRequire(import.meta.url);

/** Makes clients of one copy of the SDK. Every major has the shape that the suite uses. */
const creator = (SDK: unknown): CreateClient => {
  const Made = SDK as new (options: object) => Client;
  return (options) => new Made({ apiKey: 'test', maxRetries: 0, logLevel: 'off', ...options });
};

const VERSIONS = [
  ['openai 7', OpenAI, 'openai'],
  ['openai 6', OpenAI6, 'openai-6'],
  ['openai 5', OpenAI5, 'openai-5'],
] as const;

for (const [name, SDK, specifier] of VERSIONS) {
  const commonJS: unknown = require(specifier);
  describeProvider({ name, wrap: wrapOpenAI, createClient: creator(SDK), sdkCopies: [creator(commonJS)] });
}
