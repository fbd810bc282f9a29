import type { MethodDescriptor, ProviderDescriptor } from '../src/descriptor';
import { type CallFacts, type ChunkKind, type Failure, NO_TOKEN, OUTPUT, REASONING, type Usage } from '../src/types';

/** A chunk of the fake provider, which says itself what it is. */
export interface FakeChunk {
  readonly kind?: 'text' | 'reasoning';
  readonly usage?: Usage;
  readonly end?: string;
  readonly model?: string;
  readonly cost?: number;
  readonly failure?: Failure;
}

const KINDS = { text: OUTPUT, reasoning: REASONING } as const;

function fold(facts: CallFacts, chunk: unknown): ChunkKind {
  const { kind, usage, end, model, cost, failure } = chunk as FakeChunk;
  if (usage !== undefined) facts.usage = usage;
  if (model !== undefined) facts.responseModel = model;
  if (cost !== undefined) facts.cost = cost;
  if (failure !== undefined) facts.failure = failure;
  if (end !== undefined) facts.finish(0, end);
  return kind === undefined ? NO_TOKEN : KINDS[kind];
}

const method: MethodDescriptor = {
  resource: ['chat'],
  method: 'create',
  operation: 'chat',
  model: (request) => (request as { model?: string }).model,
  attributes: () => ({}),
  chunk: fold,
  result: fold,
};

export const provider: ProviderDescriptor = {
  name: 'fake',
  methods: [method],
  copies: [],
  destination: () => ({ provider: 'fake', baseURL: 'http://localhost:1234/v1' }),
};

/** A stream as the SDKs have it: a data property `iterator` that all reading goes through. */
export class FakeStream {
  controller = new AbortController();
  constructor(public iterator: () => AsyncIterator<FakeChunk>) {}
  [Symbol.asyncIterator]() {
    return this.iterator();
  }
}

/** A client whose `chat.create` does what `answer` does. */
export const createFakeClient = <Answer>(answer: (request: { model?: string }) => Answer) => ({
  chat: { create: (request: { model?: string }) => answer(request) },
});
