import {
  type CallFacts,
  type ChunkKind,
  type MethodDescriptor,
  NO_TOKEN,
  OUTPUT,
  ownString,
} from '@grump/llm-otel-core';
import { filled, isFilled } from './filled';
import { requestAttributes } from './request';

interface Completion {
  readonly id?: unknown;
  readonly model?: unknown;
  readonly completion?: unknown;
  readonly stop_reason?: unknown;
}

/** `completions.create`, which the SDK had before 1.0. It has no usage. */
export const completions: MethodDescriptor = {
  resource: ['completions'],
  method: 'create',
  operation: 'text_completion',
  unmetered: true,
  model: (request) => ownString(request, 'model'),
  attributes: requestAttributes,
  chunk: fold,
  result: fold,
};

function fold(facts: CallFacts, chunk: unknown): ChunkKind {
  const { id, model, completion, stop_reason: reason } = chunk as Completion;
  facts.responseId = filled(id) ?? facts.responseId;
  facts.responseModel = filled(model) ?? facts.responseModel;
  if (isFilled(reason)) facts.finish(0, reason);
  return isFilled(completion) ? OUTPUT : NO_TOKEN;
}
