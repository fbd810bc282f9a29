import type { ProviderDescriptor } from '@grump/llm-otel-core';
import { chat } from './chat';
import { destinationOf, NIM } from './providers';

/** OpenAI's client, and whatever speaks its protocol. */
export const openai: ProviderDescriptor = {
  name: 'openai',
  methods: [chat],
  copies: ['withOptions'],
  destination: destinationOf,
  spanAttributes: ({ provider }, model) =>
    provider === NIM ? { 'nvidia.nim.provider': provider, 'nvidia.nim.model': model } : {},
};
