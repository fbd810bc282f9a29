import {
  type CallFacts,
  type ChunkKind,
  type MethodDescriptor,
  NO_TOKEN,
  OUTPUT,
  ownString,
  REASONING,
} from '@grump/llm-otel-core';
import { type ErrorBody, foldFailure } from './failure';
import { filled, isFilled } from './filled';
import { chatAttributes, requestAttributes } from './request';
import { readCost, readUsage, type ServerUsage, type Timings, usageOfTimings } from './usage';

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
  readonly name?: unknown;
  readonly arguments?: unknown;
}

interface ToolCall {
  readonly index?: unknown;
  readonly id?: unknown;
  readonly function?: ToolFunction | null;
}

interface Choice {
  readonly index?: unknown;
  readonly delta?: Delta | null;
  /** Of text completions, in place of a delta. */
  readonly text?: unknown;
  readonly message?: { readonly tool_calls?: unknown } | null;
  readonly finish_reason?: unknown;
  /** OpenRouter. */
  readonly error?: unknown;
  /** Moonshot. */
  readonly usage?: ServerUsage | null;
}

interface ChatBody extends ErrorBody {
  readonly id?: unknown;
  readonly model?: unknown;
  readonly choices?: readonly (Choice | null)[] | null;
  readonly usage?: ServerUsage | null;
  readonly service_tier?: unknown;
  readonly system_fingerprint?: unknown;
  readonly x_groq?: { readonly usage?: ServerUsage | null } | null;
  /** llama.cpp. */
  readonly timings?: Timings | null;
  /** Cerebras. */
  readonly time_info?: unknown;
  /** Dynamo. */
  readonly nvext?: unknown;
  /** Fireworks. */
  readonly perf_metrics?: unknown;
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
  server: () => import('./server'),
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
  if (!Array.isArray(choices)) {
    foldFailure(facts, body);
    return NO_TOKEN;
  }
  let kind: ChunkKind = NO_TOKEN;
  for (let place = 0; place < choices.length; place++) {
    const choice: Choice | null = choices[place];
    if (!choice) continue;
    foldFinish(facts, choice);
    const { delta } = choice;
    if (delta?.tool_calls) foldToolCalls(facts, choice, delta.tool_calls);
    if (kind === OUTPUT) continue;
    if (delta) kind = Math.max(kind, kindOf(delta)) as ChunkKind;
    else if (isFilled(choice.text)) kind = OUTPUT;
  }
  if (facts.complete) foldTimes(facts, body);
  return kind;
}

function foldResult(facts: CallFacts, result: unknown): void {
  const body = result as ChatBody;
  facts.complete = true;
  foldBody(facts, body);
  foldTimes(facts, body);
  if (!Array.isArray(body.choices)) foldFailure(facts, body);
  for (const choice of body.choices ?? []) {
    if (!choice) continue;
    foldFinish(facts, choice);
    foldToolCalls(facts, choice, choice.message?.tool_calls);
  }
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

/** A server that tells its times does so once all is written. They are read when the call is over. */
function foldTimes(facts: CallFacts, body: ChatBody): void {
  const { timings } = body;
  if (timings ?? body.time_info ?? body.nvext ?? body.perf_metrics ?? (body.usage ?? body.x_groq?.usage)?.queue_time)
    facts.server = body;
  if (timings && facts.usage === undefined) facts.usage = usageOfTimings(timings);
}

/** The stream is complete when each choice that was seen has a reason. */
function foldFinish(facts: CallFacts, choice: Choice): void {
  const { index } = choice;
  const place = typeof index === 'number' && index >= 0 && index < MOST_CHOICES ? index : 0;
  if (place >= facts.finishReasons.length) facts.expect(place + 1);
  const reason = filled(choice.finish_reason);
  if (reason === undefined) return;
  facts.finish(place, reason);
  if (choice.usage) facts.usage = readUsage(choice.usage) ?? facts.usage;
  if (reason === 'error') foldFailure(facts, { error: choice.error ?? reason });
}

/** A tool call begins with its name, which some servers repeat; what follows are arguments. Its index tells it from others. */
function foldToolCalls(facts: CallFacts, choice: Choice, calls: unknown): void {
  if (!Array.isArray(calls)) return;
  for (let place = 0; place < calls.length; place++) {
    const call: ToolCall | null = calls[place];
    if (!isFilled(call?.function?.name)) continue;
    facts.toolCalls ??= new Set();
    facts.toolCalls.add(`${choice.index} ${call?.index ?? call?.id ?? place}`);
  }
}

function kindOf(delta: Delta): ChunkKind {
  const { content, tool_calls: calls } = delta;
  if (isFilled(content)) return OUTPUT;
  if (Array.isArray(content) && content.length > 0) return content.every(isThought) ? REASONING : OUTPUT;
  if (isFilled(delta.refusal) || (Array.isArray(calls) && calls.some(isToolToken))) return OUTPUT;
  if (isFilled(delta.function_call?.arguments)) return OUTPUT;
  if (isFilled(delta.audio?.data) || isFilled(delta.audio?.transcript)) return OUTPUT;
  return isFilled(delta.reasoning_content) || isFilled(delta.reasoning) ? REASONING : NO_TOKEN;
}

/** Mistral's reasoning models send an array of typed parts. */
const isThought = (part: unknown): boolean => (part as { type?: unknown } | null)?.type === 'thinking';

const isToolToken = (call: unknown): boolean =>
  isFilled((call as { function?: ToolFunction | null } | null)?.function?.arguments);
