import type { MethodDescriptor } from '@grump/llm-otel-core';
import { media } from './media';

/** `images.generate` and `images.edit`. The first token of a stream is its first image, partial or not. */
export const images: readonly MethodDescriptor[] = ['generate', 'edit'].map((method) =>
  media('images', method, 'image'),
);
