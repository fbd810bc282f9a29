import OpenAI from 'openai';
import { describeProvider } from '../src/describe-provider.ts';

// The suite's own half: a client wrapped in nothing must pass, so what the cases see does not vary by itself.
describeProvider({
  name: 'openai, bare on both sides',
  wrap: (client) => client,
  createClient: (options) => new OpenAI({ apiKey: 'test', logLevel: 'off', ...options }),
  measured: false,
});
