import {
  type CallFacts,
  type ChunkKind,
  type MethodDescriptor,
  NO_TOKEN,
  OUTPUT,
  own,
  ownString,
  REASONING,
} from '@grump/llm-otel-core';
import { filled, isFilled } from './filled';
import { type Ending, finishReason, isCall, isTerminal, isUnderWay } from './finish';
import { fetchAttributes, responsesAttributes } from './request';
import { RESPONSES, readCost, readUsage, type ServerUsage } from './usage';

interface Part {
  readonly text?: unknown;
  readonly refusal?: unknown;
  readonly transcript?: unknown;
}

interface Item {
  readonly type?: unknown;
  readonly content?: unknown;
  readonly summary?: unknown;
  readonly arguments?: unknown;
  readonly code?: unknown;
}

interface ResponseBody extends Ending {
  readonly id?: unknown;
  readonly model?: unknown;
  readonly background?: unknown;
  readonly usage?: ServerUsage | null;
  readonly service_tier?: unknown;
  readonly error?: ServerError | null;
}

interface ServerError {
  readonly code?: unknown;
  readonly message?: unknown;
}

interface StreamEvent extends ServerError {
  readonly type?: unknown;
  readonly delta?: unknown;
  readonly item?: Item | null;
  readonly response?: ResponseBody | null;
}

/** `responses.create`, and all that goes through it: `parse`, `stream`, tool runners. */
export const responses: MethodDescriptor = {
  resource: ['responses'],
  method: 'create',
  operation: 'chat',
  model: (request) => ownString(request, 'model'),
  attributes: responsesAttributes,
  chunk: foldEvent,
  result: foldResult,
  content: () => import('./content-responses'),
};

/** `responses.compact`: the model sums a conversation up. */
export const compact: MethodDescriptor = { ...responses, method: 'compact' };

/** `responses.retrieve`: polls or streams what was created before, which costs no tokens. */
export const retrieve: MethodDescriptor = {
  ...responses,
  method: 'retrieve',
  operation: 'fetch_response',
  fetches: true,
  request: ([id, query]: readonly unknown[]) => ({ id, starting_after: own(query, 'starting_after') }),
  model: () => undefined,
  attributes: fetchAttributes,
};

// Runs once per event. Whatever ends in a non-empty string of its own is something that the model wrote: text, refusals,
// arguments and code of tools, sound and its transcript, in events that are yet to be invented too.
function foldEvent(facts: CallFacts, chunk: unknown): ChunkKind {
  const { type, delta, response, item } = chunk as StreamEvent;
  if (typeof type !== 'string') return NO_TOKEN;
  if (isFilled(delta)) {
    facts.partial = true;
    return type.startsWith('response.reasoning') ? REASONING : OUTPUT;
  }
  if (response) foldResponse(facts, response, isTerminal(type));
  else if (item) return foldItem(facts, item, type);
  else if (type === 'error') foldError(facts, chunk as ServerError);
  return NO_TOKEN;
}

function foldResult(facts: CallFacts, result: unknown): void {
  const body = result as ResponseBody;
  foldResponse(facts, body, !isUnderWay(body.status));
  if (Array.isArray(body.output)) for (const item of body.output) foldToolCall(facts, item);
}

function foldResponse(facts: CallFacts, body: ResponseBody, isOver: boolean): void {
  facts.responseId = filled(body.id) ?? facts.responseId;
  facts.responseModel = filled(body.model) ?? facts.responseModel;
  facts.serviceTier = filled(body.service_tier) ?? facts.serviceTier;
  facts.status = filled(body.status);
  facts.deferred = !isOver && body.background === true;
  if (body.usage) {
    facts.usage = readUsage(body.usage, RESPONSES) ?? facts.usage;
    facts.cost = readCost(body.usage) ?? facts.cost;
  }
  if (!isOver) {
    facts.toolCalls = undefined;
    return;
  }
  facts.finish(0, finishReason(body));
  if (body.status === 'failed') foldError(facts, body.error);
}

function foldError(facts: CallFacts, error: ServerError | null | undefined): void {
  facts.error = { code: filled(error?.code) ?? 'failed', message: error?.message };
  facts.complete = true;
}

/** Some servers send an item whole: it counts when it is done, unless parts of it came before. */
function foldItem(facts: CallFacts, item: Item, type: string): ChunkKind {
  if (!type.endsWith('.done')) {
    facts.partial = false;
    return NO_TOKEN;
  }
  foldToolCall(facts, item);
  return facts.partial ? NO_TOKEN : kindOf(item);
}

/** Calls of the application's own tools: not all servers repeat them at the end of a stream. */
function foldToolCall(facts: CallFacts, item: Item | null): void {
  if (item?.type !== 'function_call' && item?.type !== 'custom_tool_call') return;
  facts.toolCalls ??= new Set();
  facts.toolCalls.add(item);
}

function kindOf(item: Item): ChunkKind {
  if (item.type === 'reasoning') return hasText(item.content) || hasText(item.summary) ? REASONING : NO_TOKEN;
  return isCall(item) || isFilled(item.arguments) || isFilled(item.code) || hasText(item.content) ? OUTPUT : NO_TOKEN;
}

const hasText = (parts: unknown): boolean =>
  Array.isArray(parts) &&
  parts.some((part: Part | null) => isFilled(part?.text) || isFilled(part?.refusal) || isFilled(part?.transcript));
