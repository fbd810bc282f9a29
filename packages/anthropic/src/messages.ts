import {
  type CallFacts,
  type ChunkKind,
  type MethodDescriptor,
  NO_TOKEN,
  OUTPUT,
  ownString,
  REASONING,
} from '@grump/llm-otel-core';
import { filled, isFilled } from './filled';
import { messageAttributes } from './request';
import { foldEdits, foldServerTool, foldUsage, type ServerUsage } from './usage';

interface Block {
  readonly type?: unknown;
  readonly id?: unknown;
  readonly name?: unknown;
  readonly text?: unknown;
  readonly thinking?: unknown;
  readonly input?: unknown;
  /** Of a fallback: the model that writes the rest. */
  readonly to?: { readonly model?: unknown } | null;
}

interface Message {
  readonly id?: unknown;
  readonly model?: unknown;
  readonly content?: unknown;
  readonly stop_reason?: unknown;
  readonly usage?: ServerUsage | null;
  readonly context_management?: unknown;
}

interface Delta {
  readonly text?: unknown;
  readonly partial_json?: unknown;
  readonly thinking?: unknown;
  readonly stop_reason?: unknown;
}

interface StreamEvent {
  readonly type?: unknown;
  readonly delta?: Delta | null;
  readonly content_block?: Block | null;
  readonly message?: Message | null;
  readonly usage?: ServerUsage | null;
  readonly context_management?: unknown;
}

/** `messages.create`, and all that goes through it: `stream`, `parse`, tool runners, threads. */
export const messages: MethodDescriptor = {
  resource: ['messages'],
  method: 'create',
  operation: 'chat',
  model: (request) => ownString(request, 'model'),
  attributes: messageAttributes,
  chunk: foldEvent,
  result: foldResult,
  content: () => import('./content'),
};

// Runs once per event: nothing is allocated for a delta.
function foldEvent(facts: CallFacts, chunk: unknown): ChunkKind {
  const event = chunk as StreamEvent;
  switch (event.type) {
    case 'content_block_delta':
      return event.delta ? kindOf(event.delta) : NO_TOKEN;
    case 'content_block_start':
      return event.content_block ? foldBlock(facts, event.content_block) : NO_TOKEN;
    case 'message_start':
      if (event.message) foldMessage(facts, event.message, false);
      return NO_TOKEN;
    case 'message_delta':
      foldEnd(facts, event);
      return NO_TOKEN;
    case 'message_stop':
      facts.complete = true;
      return NO_TOKEN;
    default:
      return NO_TOKEN;
  }
}

/** Signatures, citations and summaries of the conversation are no tokens of the answer. */
function kindOf({ text, partial_json: json, thinking }: Delta): ChunkKind {
  if (isFilled(text) || isFilled(json)) return OUTPUT;
  return isFilled(thinking) ? REASONING : NO_TOKEN;
}

/** A block begins empty, as a rule; what it has by then counts. Results of the server's tools are nothing that the model wrote. */
function foldBlock(facts: CallFacts, block: Block): ChunkKind {
  const { type, id, name, text, thinking, input, to } = block;
  if (type === 'tool_use') {
    facts.toolCalls ??= new Set();
    facts.toolCalls.add(String(id));
  }
  if (type === 'server_tool_use' && isFilled(name)) foldServerTool(facts, name);
  if (type === 'fallback' && to) facts.responseModel = filled(to.model) ?? facts.responseModel;
  if (isFilled(text) || (typeof input === 'object' && hasFields(input))) return OUTPUT;
  return isFilled(thinking) ? REASONING : NO_TOKEN;
}

function hasFields(object: object | null): boolean {
  for (const _ in object) return true;
  return false;
}

/** The first event has a placeholder for the output. */
function foldMessage(facts: CallFacts, message: Message, isWhole: boolean): void {
  facts.responseId = filled(message.id) ?? facts.responseId;
  facts.responseModel = filled(message.model) ?? facts.responseModel;
  if (message.usage) foldUsage(facts, message.usage, isWhole);
  foldEdits(facts, message.context_management);
}

/** Totals replace what the first event said. */
function foldEnd(facts: CallFacts, { delta, usage, context_management: edits }: StreamEvent): void {
  const reason = filled(delta?.stop_reason);
  if (usage) foldUsage(facts, usage, true);
  foldEdits(facts, edits);
  if (reason === undefined) return;
  facts.finish(0, reason);
  // The last event is yet to come.
  facts.complete = false;
}

function foldResult(facts: CallFacts, result: unknown): void {
  const message = result as Message;
  const { content } = message;
  // Before the rest: a whole message names the model that wrote its end.
  if (Array.isArray(content)) for (const block of content as (Block | null)[]) if (block) foldBlock(facts, block);
  foldMessage(facts, message, true);
  facts.finish(0, filled(message.stop_reason) ?? '');
  facts.complete = true;
}
