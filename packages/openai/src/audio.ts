import type { MethodDescriptor } from '@grump/llm-otel-core';
import { media } from './media';

/** `audio.speech.create`, whose result is a `Response`, and `audio.transcriptions` and `audio.translations`. */
export const audio: readonly MethodDescriptor[] = [
  media('audio.speech', 'create', 'speech'),
  media('audio.transcriptions', 'create', 'text'),
  media('audio.translations', 'create', 'text'),
];
