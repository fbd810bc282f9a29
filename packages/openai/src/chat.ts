import {
  type CallFacts,
  type ChunkKind,
  type MethodDescriptor,
  NO_TOKEN,
  OUTPUT,
  ownString,
  REASONING,
} from '@grump/llm-otel-core';
import { chatAttributes } from './request';
import { type ChatUsage, readUsage } from './usage';

interface Delta {
  readonly content?: unknown;
  readonly refusal?: unknown;
  /** vLLM, NIM 1.x, DeepSeek, xAI. */
  readonly reasoning_content?: unknown;
  /** vLLM since 0.16, Groq, Cerebras, OpenRouter, Ollama. */
  readonly reasoning?: unknown;
  readonly tool_calls?: unknown;
  readonly function_call?: ToolFunction | null;
  readonly audio?: { readonly data?: unknown; readonly transcript?: unknown } | null;
}

interface ToolFunction {
  readonly arguments?: unknown;
}

interface Choice {
  readonly index?: unknown;
  readonly delta?: Delta | null;
  readonly finish_reason?: unknown;
}

interface ChatBody {
  readonly id?: unknown;
  readonly model?: unknown;
  readonly choices?: readonly (Choice | null)[] | null;
  readonly usage?: ChatUsage | null;
  readonly service_tier?: unknown;
  readonly system_fingerprint?: unknown;
  readonly x_groq?: { readonly usage?: ChatUsage | null } | null;
}

const filled = (value: unknown): boolean => typeof value === 'string' && value !== '';

/** `chat.completions.create`, and all that goes through it: `parse`, `stream`, `runTools`. */
export const chat: MethodDescriptor = {
  resource: ['chat', 'completions'],
  method: 'create',
  operation: 'chat',
  model: (request) => ownString(request, 'model'),
  attributes: chatAttributes,
  chunk: foldChunk,
  result(facts, result) {
    foldBody(facts, result as ChatBody);
    facts.complete = true;
  },
};

function foldChunk(facts: CallFacts, chunk: unknown): ChunkKind {
  const body = chunk as ChatBody;
  foldBody(facts, body);
  let kind: ChunkKind = NO_TOKEN;
  for (const choice of body.choices ?? []) {
    if (choice?.delta) kind = Math.max(kind, kindOf(choice.delta)) as ChunkKind;
  }
  return kind;
}

/** What chunks and results have in common. Azure sends its first chunk with an empty id and model. */
function foldBody(facts: CallFacts, body: ChatBody): void {
  if (facts.responseId === undefined && filled(body.id)) facts.responseId = body.id as string;
  if (facts.responseModel === undefined && filled(body.model)) facts.responseModel = body.model as string;
  if (body.service_tier && filled(body.service_tier)) facts.serviceTier = body.service_tier as string;
  if (body.system_fingerprint && facts.systemFingerprint === undefined) {
    if (filled(body.system_fingerprint)) facts.systemFingerprint = body.system_fingerprint as string;
  }
  // Some servers repeat cumulative usage on each chunk: the last one counts, never a sum.
  const usage = body.usage ?? body.x_groq?.usage;
  if (usage) facts.usage = readUsage(usage) ?? facts.usage;
  for (const choice of body.choices ?? []) if (choice) foldFinish(facts, choice);
}

function foldFinish(facts: CallFacts, { index, finish_reason: reason }: Choice): void {
  const place = typeof index === 'number' && index >= 0 && index < 1024 ? index : 0;
  if (facts.finishReasons.length <= place) facts.finishReasons.length = place + 1;
  if (!filled(reason)) return;
  facts.finishReasons[place] = reason as string;
  facts.complete = true;
  for (const other of facts.finishReasons) if (other === undefined) facts.complete = false;
}

function kindOf(delta: Delta): ChunkKind {
  if (filled(delta.content) || filled(delta.refusal)) return OUTPUT;
  // Mistral's reasoning models send an array of typed parts.
  if (Array.isArray(delta.content) && delta.content.length > 0) return kindOfParts(delta.content);
  if (Array.isArray(delta.tool_calls) && delta.tool_calls.some(isToolToken)) return OUTPUT;
  if (delta.function_call && isFunctionToken(delta.function_call)) return OUTPUT;
  if (delta.audio && (filled(delta.audio.data) || filled(delta.audio.transcript))) return OUTPUT;
  if (filled(delta.reasoning_content) || filled(delta.reasoning)) return REASONING;
  return NO_TOKEN;
}

function kindOfParts(parts: readonly unknown[]): ChunkKind {
  const visible = (parts as { type?: unknown; text?: unknown }[]).some((part) => part?.type !== 'thinking');
  return visible ? OUTPUT : REASONING;
}

const isToolToken = (call: unknown): boolean => {
  const called = (call as { function?: ToolFunction | null } | null)?.function;
  return called !== null && called !== undefined && isFunctionToken(called);
};

const isFunctionToken = ({ arguments: text }: ToolFunction): boolean => filled(text);
