import {
  type CallFacts,
  type ChunkKind,
  type LateFold,
  lateFold,
  type MethodDescriptor,
  NO_TOKEN,
  OUTPUT,
  ownString,
} from '@grump/llm-otel-core';
import { requestAttributes } from './request';

interface MediaEvent {
  readonly type?: unknown;
  readonly delta?: unknown;
  readonly text?: unknown;
  readonly audio?: unknown;
  readonly b64_json?: unknown;
}

export const late: LateFold<typeof import('./media-facts')> = lateFold(() => import('./media-facts'));

/**
 * A method whose usage is read by a module of its own: `resource` such as `audio.speech`, `output` the type of what it
 * makes, as `gen_ai.output.type` has it.
 */
export const media = (
  resource: string,
  method: string,
  output?: string,
  operation = 'generate_content',
): MethodDescriptor => ({
  resource: resource.split('.'),
  method,
  operation,
  model(request) {
    late.load();
    return ownString(request, 'model');
  },
  attributes: (request, to) => ({ ...requestAttributes(request, to), ...(output && { 'gen_ai.output.type': output }) }),
  chunk: foldEvent,
  result: (facts, result) => late.fold(facts, result),
  ready: (facts) => late.ready(facts),
});

const LAST = /\.(completed|done)$/;

function foldEvent(facts: CallFacts, event: unknown): ChunkKind {
  const { type, delta, text, audio, b64_json: image } = event as MediaEvent;
  const isLast = typeof type === 'string' && LAST.test(type);
  if (isLast) {
    facts.complete = true;
    late.fold(facts, event);
  }
  const content = delta ?? text ?? audio ?? image;
  if (typeof content !== 'string' || content === '') return NO_TOKEN;
  // Each image is the whole one, only better, and the last event repeats what came before: only the first counts.
  const repeats = facts.begun && (isLast || image !== undefined);
  facts.begun = true;
  return repeats ? NO_TOKEN : OUTPUT;
}
