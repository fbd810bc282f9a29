import { type MethodDescriptor, NO_TOKEN, own, ownNumber, ownString } from '@grump/llm-otel-core';

/** `messages.countTokens`: what it counts, no model has read. */
export const countTokens: MethodDescriptor = {
  resource: ['messages'],
  method: 'countTokens',
  operation: 'count_tokens',
  unmetered: true,
  model: (request) => ownString(request, 'model'),
  attributes: () => ({}),
  chunk: () => NO_TOKEN,
  result(facts, result) {
    const tokens = ownNumber(result, 'input_tokens');
    if (tokens !== undefined) facts.attributes = { 'anthropic.message.count_tokens.input_tokens': tokens };
    const before = ownNumber(own(result, 'context_management'), 'original_input_tokens');
    if (before !== undefined) facts.attributes = { ...facts.attributes, 'llm.context_edits.original_tokens': before };
  },
};
