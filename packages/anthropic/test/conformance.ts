import type { Client, CreateClient, ProviderSuite } from '@grump/llm-otel-testing/describe-provider';
import { wrapAnthropic } from '../src/index';

/** Makes clients of one copy of the SDK. */
export const creator = (SDK: unknown, more: object = {}): CreateClient => {
  const Made = SDK as new (options: object) => Client;
  return (options) => new Made({ apiKey: 'test', maxRetries: 0, logLevel: 'off', ...more, ...options });
};

/** The suite for one version of the SDK, its ESM build beside its CommonJS build. */
export const suiteOf = (
  name: string,
  SDK: unknown,
  commonJS: unknown,
  more: Partial<ProviderSuite> = {},
): ProviderSuite => ({
  name,
  wrap: wrapAnthropic,
  createClient: creator(SDK),
  sdkCopies: [creator(commonJS)],
  apis: ['messages'],
  ...more,
});
