import type { ApiName, Client, CreateClient, ProviderSuite } from '@grump/llm-otel-testing/describe-provider';
import { wrapOpenAI } from '../src/index';

const APIS: readonly ApiName[] = ['chat', 'responses', 'completions'];

/** Makes clients of one copy of the SDK. Every major has the shape that the suite uses. */
export const creator = (SDK: unknown): CreateClient => {
  const Made = SDK as new (options: object) => Client;
  return (options) => new Made({ apiKey: 'test', maxRetries: 0, logLevel: 'off', ...options });
};

/** The suite for one major of `openai`, its ESM build beside its CommonJS build. */
export const suiteOf = (name: string, SDK: unknown, commonJS: unknown): ProviderSuite => ({
  name,
  wrap: wrapOpenAI,
  createClient: creator(SDK),
  sdkCopies: [creator(commonJS)],
  apis: APIS,
});
