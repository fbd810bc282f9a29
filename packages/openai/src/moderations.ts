import type { MethodDescriptor } from '@grump/llm-otel-core';
import { media } from './media';

/** `moderations.create`, which has no name in the conventions and reports no usage. */
export const moderations: MethodDescriptor = {
  ...media('moderations', 'create', undefined, 'moderation'),
  unmetered: true,
};
