import type { ProviderDescriptor } from '@grump/llm-otel-core';
import { audio } from './audio';
import { chat } from './chat';
import { embeddings } from './embeddings';
import { images } from './images';
import { moderations } from './moderations';
import { observed } from './observed';
import { destinationOf, spanAttributes } from './providers';
import { rerank } from './rerank';

/** OpenAI's client, and whatever speaks its protocol. */
export const openai: ProviderDescriptor = {
  name: 'openai',
  methods: [chat, embeddings, ...images, ...audio, moderations, rerank],
  observed,
  copies: ['withOptions'],
  destination: destinationOf,
  spanAttributes,
};
