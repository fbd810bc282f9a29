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
import { chatAttributes, requestAttributes } from './request';
import { readCost, readUsage, type ServerUsage } from './usage';

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
  /** Of text completions, in place of a delta. */
  readonly text?: unknown;
  readonly finish_reason?: unknown;
}

interface ChatBody {
  readonly id?: unknown;
  readonly model?: unknown;
  readonly choices?: readonly (Choice | null)[] | null;
  readonly usage?: ServerUsage | null;
  readonly service_tier?: unknown;
  readonly system_fingerprint?: unknown;
  readonly x_groq?: { readonly usage?: ServerUsage | null } | null;
}

const MOST_CHOICES = 1024;

/** `chat.completions.create`, and all that goes through it: `parse`, `stream`, `runTools`. */
export const chat: MethodDescriptor = {
  resource: ['chat', 'completions'],
  method: 'create',
  operation: 'chat',
  model: (request) => ownString(request, 'model'),
  attributes: chatAttributes,
  chunk: foldChunk,
  result: foldResult,
  content: () => import('./content'),
};

/** `completions.create`: the older API, whose choices have text. With `echo` the prompt counts as text: nothing tells it apart. */
export const completions: MethodDescriptor = {
  ...chat,
  resource: ['completions'],
  operation: 'text_completion',
  attributes: requestAttributes,
  content: () => import('./content-completions'),
};

// Runs once per chunk: plain loops, nothing allocated.
function foldChunk(facts: CallFacts, chunk: unknown): ChunkKind {
  const body = chunk as ChatBody;
  foldBody(facts, body);
  const { choices } = body;
  if (!Array.isArray(choices)) return NO_TOKEN;
  let kind: ChunkKind = NO_TOKEN;
  for (let place = 0; place < choices.length; place++) {
    const choice: Choice | null = choices[place];
    if (!choice) continue;
    foldFinish(facts, choice);
    if (kind === OUTPUT) continue;
    if (choice.delta) kind = later(kind, kindOf(choice.delta));
    else if (isFilled(choice.text)) kind = OUTPUT;
  }
  return kind;
}

const later = (kind: ChunkKind, other: ChunkKind): ChunkKind => (other > kind ? other : kind);

function foldResult(facts: CallFacts, result: unknown): void {
  const body = result as ChatBody;
  facts.complete = true;
  foldBody(facts, body);
  for (const choice of body.choices ?? []) if (choice) foldFinish(facts, choice);
}

/** What chunks and results have in common. Azure sends its first chunk with an empty id and model. */
function foldBody(facts: CallFacts, body: ChatBody): void {
  if (facts.responseId === undefined) facts.responseId = filled(body.id);
  if (facts.responseModel === undefined) facts.responseModel = filled(body.model);
  if (body.service_tier) facts.serviceTier = filled(body.service_tier);
  if (body.system_fingerprint) facts.systemFingerprint = filled(body.system_fingerprint);
  // Some servers repeat cumulative usage on each chunk: the last one counts, never a sum.
  const usage = body.usage ?? body.x_groq?.usage;
  if (!usage) return;
  facts.usage = readUsage(usage) ?? facts.usage;
  facts.cost = readCost(usage) ?? facts.cost;
}

/** The stream is complete when each choice that was seen has a reason. */
function foldFinish(facts: CallFacts, choice: Choice): void {
  const { index } = choice;
  const place = typeof index === 'number' && index >= 0 && index < MOST_CHOICES ? index : 0;
  if (place >= facts.finishReasons.length) facts.expect(place + 1);
  const reason = filled(choice.finish_reason);
  if (reason !== undefined) facts.finish(place, reason);
}

function kindOf(delta: Delta): ChunkKind {
  const { content } = delta;
  if (typeof content === 'string' ? content !== '' : Array.isArray(content)) return kindOfContent(content);
  if (isFilled(delta.refusal)) return OUTPUT;
  if (delta.tool_calls && Array.isArray(delta.tool_calls) && delta.tool_calls.some(isToolToken)) return OUTPUT;
  if (delta.function_call && isFilled(delta.function_call.arguments)) return OUTPUT;
  if (delta.audio && (isFilled(delta.audio.data) || isFilled(delta.audio.transcript))) return OUTPUT;
  return isFilled(delta.reasoning_content) || isFilled(delta.reasoning) ? REASONING : NO_TOKEN;
}

/** Mistral's reasoning models send an array of typed parts. */
function kindOfContent(content: unknown): ChunkKind {
  if (!Array.isArray(content)) return OUTPUT;
  if (content.length === 0) return NO_TOKEN;
  return (content as { type?: unknown }[]).every((part) => part?.type === 'thinking') ? REASONING : OUTPUT;
}

const isToolToken = (call: unknown): boolean =>
  isFilled((call as { function?: ToolFunction | null } | null)?.function?.arguments);
