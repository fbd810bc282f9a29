import { type MethodDescriptor, NO_TOKEN } from '@grump/llm-otel-core';
import { late, media } from './media';

/** `audio.speech.create`, whose result is a `Response`, and `audio.transcriptions` and `audio.translations`. */
export const audio: readonly MethodDescriptor[] = [
  {
    ...media('audio.speech', 'create', 'speech'),
    chunk: (facts, bytes) => late.module?.foldBytes(facts, bytes) ?? NO_TOKEN,
    tap: (result, link) => late.module?.tapSpeech(result, link),
  },
  media('audio.transcriptions', 'create', 'text'),
  media('audio.translations', 'create', 'text'),
];
