import { createRequire } from 'node:module';
import { type CreateClient, describeProvider } from '@grump/llm-otel-testing/describe-provider';
import OpenAI from 'openai-4';
import { creator, suiteOf } from './conformance';

interface Resources {
  readonly beta: { readonly chat: { readonly completions: Helpers } };
  readonly chat: { readonly completions: object };
}
type Helpers = Record<string, (...args: unknown[]) => unknown>;

/** Openai 4 has the helpers of chat under `beta`; the suite looks for them where they are since. */
const withHelpers =
  (create: CreateClient): CreateClient =>
  (options) => {
    const client = create(options);
    const { beta, chat } = client as unknown as Resources;
    const helpers = beta.chat.completions;
    for (const name of ['parse', 'stream', 'runTools']) {
      Object.defineProperty(chat.completions, name, { value: helpers[name]!.bind(helpers) });
    }
    return client;
  };

const suite = suiteOf('openai 4', OpenAI, undefined);

describeProvider({
  ...suite,
  createClient: withHelpers(suite.createClient),
  sdkCopies: [withHelpers(creator(createRequire(import.meta.url)('openai-4')))],
  lacks: {
    'withOptions()': 'openai 4 has none',
    'abort by stream.controller, not read': 'openai 4 never ends such a stream, wrapped or not',
  },
});
