import type { ProviderDescriptor } from '@grump/llm-otel-core';
import { audio } from './audio';
import { chat, completions } from './chat';
import { embeddings } from './embeddings';
import { images } from './images';
import { moderations } from './moderations';
import { observed } from './observed';
import { destinationOf, quirksOf, spanAttributes } from './providers';
import { rerank } from './rerank';
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
    embeddings,
    ...images,
    ...audio,
    moderations,
    rerank,
  ],
  observed,
  copies: ['withOptions'],
  destination: destinationOf,
  quirks: quirksOf,
  spanAttributes,
};
