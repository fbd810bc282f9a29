import type { ProviderDescriptor } from '@grump/llm-otel-core';
import { chat, completions } from './chat';
import { destinationOf, NIM } from './providers';
import { compact, responses, retrieve } from './responses';

const RESPONSES = [responses, compact, retrieve];

/** OpenAI's client, and whatever speaks its protocol. */
export const openai: ProviderDescriptor = {
  name: 'openai',
  methods: [
    chat,
    completions,
    ...RESPONSES,
    ...RESPONSES.map((method) => ({ ...method, resource: ['beta', ...method.resource] })),
  ],
  copies: ['withOptions'],
  destination: destinationOf,
  spanAttributes: ({ provider }, model) =>
    provider === NIM ? { 'nvidia.nim.provider': provider, 'nvidia.nim.model': model } : {},
};
