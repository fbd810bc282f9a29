import type { ProviderDescriptor } from '@grump/llm-otel-core';
import { completions } from './completions';
import { countTokens } from './count-tokens';
import { errorType } from './errors';
import { extend } from './extend';
import { messages } from './messages';
import { destinationOf, quirksOf } from './providers';
import { handOn } from './threads';

/** Anthropic's client, whoever serves the model. */
export const anthropic: ProviderDescriptor = {
  name: 'anthropic',
  methods: [
    messages,
    { ...messages, resource: ['beta', 'messages'] },
    // Until 0.37.
    { ...messages, resource: ['beta', 'promptCaching', 'messages'] },
    countTokens,
    { ...countTokens, resource: ['beta', 'messages'] },
    completions,
  ],
  copies: ['withOptions'],
  destination: destinationOf,
  quirks: quirksOf,
  errorType,
  handOn,
  extend,
};

/** The same, where captured content has what the model thought. */
export const showingThoughts = (descriptor: ProviderDescriptor): ProviderDescriptor => ({
  ...descriptor,
  methods: descriptor.methods.map((method) =>
    method.content === messages.content ? { ...method, content: () => import('./content-thinking') } : method,
  ),
});
