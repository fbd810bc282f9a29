import {
  type CallFacts,
  type ChunkKind,
  type MethodDescriptor,
  NO_TOKEN,
  OUTPUT,
  own,
  ownString,
} from '@grump/llm-otel-core';
import type { Attributes } from '@opentelemetry/api';
import { foldParts } from './parts';

const DELTA = /\.delta$/;
const REASONS: ReadonlyMap<string, string> = new Map([['completed', 'stop']]);

/** What a call of a session is asked for. */
export interface SessionRequest {
  readonly model: string | undefined;
  /** `audio`, `text`, or both; `undefined` where nobody said. */
  readonly modalities: unknown;
}

function attributesOf(request: unknown): Attributes {
  const { modalities } = request as SessionRequest;
  const output = Array.isArray(modalities) && (modalities.includes('audio') ? 'speech' : 'text');
  return { 'gen_ai.request.stream': true, ...(output && { 'gen_ai.output.type': output }) };
}

const method = (operation: string, last: (facts: CallFacts, event: unknown) => void): MethodDescriptor => ({
  resource: [],
  method: '',
  operation,
  model: (request) => (request as SessionRequest).model,
  attributes: attributesOf,
  chunk(facts, event): ChunkKind {
    last(facts, event);
    const delta = DELTA.test(ownString(event, 'type') ?? '') && ownString(event, 'delta');
    return delta ? OUTPUT : NO_TOKEN;
  },
  result() {},
});

/** A response of a session, from its order or the end of the user's speech to `response.done`. */
export const response: MethodDescriptor = /* @__PURE__ */ method('chat', (facts, event) => {
  if (ownString(event, 'type') !== 'response.done') return;
  const body = own(event, 'response');
  const status = ownString(body, 'status') ?? '';
  facts.responseId = ownString(body, 'id');
  foldParts(facts, own(body, 'usage'));
  const reason = ownString(own(body, 'status_details'), 'reason') ?? REASONS.get(status) ?? status;
  if (reason !== '') facts.finish(0, reason);
  facts.complete = status === 'completed' || status === 'incomplete';
});

/** The transcription of what the user said, by a model of its own, from the end of the speech to its text. */
export const transcription: MethodDescriptor = /* @__PURE__ */ method('generate_content', (facts, event) => {
  if (!ownString(event, 'type')?.endsWith('.completed')) return;
  foldParts(facts, own(event, 'usage'));
  facts.complete = true;
});
