import { type MethodDescriptor, own, ownString } from '@grump/llm-otel-core';
import { media } from './media';

/** `embeddings.create`: tokens of the input, no output. */
export const embeddings: MethodDescriptor = {
  ...media('embeddings', 'create', undefined, 'embeddings'),
  attributes(request) {
    const dimensions = own(request, 'dimensions');
    const format = ownString(request, 'encoding_format');
    return {
      ...(Number.isInteger(dimensions) && { 'gen_ai.embeddings.dimension.count': dimensions as number }),
      ...(format && { 'gen_ai.request.encoding_formats': [format] }),
    };
  },
};
