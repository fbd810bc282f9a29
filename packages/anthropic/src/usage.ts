import { type CallFacts, own, ownNumber, type Usage } from '@grump/llm-otel-core';

/** Usage of a message, whole or on one of a stream's events. A field that is missing, or null, changes nothing. */
export interface ServerUsage {
  /** Without what went to or came from a cache. */
  readonly input_tokens?: unknown;
  readonly output_tokens?: unknown;
  readonly cache_read_input_tokens?: unknown;
  readonly cache_creation_input_tokens?: unknown;
  readonly cache_creation?: { readonly ephemeral_1h_input_tokens?: unknown } | null;
  readonly output_tokens_details?: { readonly thinking_tokens?: unknown } | null;
  readonly server_tool_use?: unknown;
  readonly service_tier?: unknown;
  readonly iterations?: unknown;
}

/** Tools of the server whose calls it counts, as `web_search_requests`. */
const SERVER_TOOLS = ['web_search', 'web_fetch', 'code_execution', 'tool_search'] as const;

/** Tools of the server that run code, which its usage leaves out: they are counted by their blocks. */
const RUNS_CODE = /^((bash|text_editor)_)?code_execution$/;
const codeRuns = new WeakMap<CallFacts, number>();

const count = (value: unknown): number | undefined =>
  Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : undefined;

/** Puts what an event or a result says of the usage in place of what was said before. `isFinal`: the output is no placeholder. */
export function foldUsage(facts: CallFacts, usage: ServerUsage, isFinal: boolean): void {
  if (usage.service_tier) facts.serviceTier = typeof usage.service_tier === 'string' ? usage.service_tier : undefined;
  facts.usage = readUsage(usage, isFinal, facts.usage) ?? facts.usage;
  if (!isFinal) return;
  const runs = codeRuns.get(facts);
  if (runs && facts.usage) facts.usage.serverTools = { code_execution: runs, ...facts.usage.serverTools };
  foldCompactions(facts, usage.iterations);
}

/** The model calls a tool that the server runs. */
export function foldServerTool(facts: CallFacts, tool: string): void {
  if (!RUNS_CODE.test(tool)) return;
  const runs = (codeRuns.get(facts) ?? 0) + 1;
  codeRuns.set(facts, runs);
  // The end of the stream may tell no usage.
  if (facts.usage) facts.usage.serverTools = { ...facts.usage.serverTools, code_execution: runs };
}

/**
 * The counts of a usage, over those that were told `before`; `undefined` where there are none. `input` is the sum of what was read afresh, from a cache and into one.
 */
export function readUsage(usage: ServerUsage, isFinal: boolean, before: Usage = {}): Usage | undefined {
  const { input: sum, cacheRead = 0, cacheWrite = 0 } = before;
  const fresh = count(usage.input_tokens) ?? (sum === undefined ? undefined : sum - cacheRead - cacheWrite);
  const output = isFinal ? (count(usage.output_tokens) ?? before.output) : before.output;
  const read = count(usage.cache_read_input_tokens) ?? before.cacheRead;
  const written = count(usage.cache_creation_input_tokens) ?? before.cacheWrite;
  const told = isFinal ? count(usage.output_tokens_details?.thinking_tokens) : undefined;
  const reasoning = told ?? before.reasoning;
  if ((fresh ?? output ?? read ?? written ?? reasoning) === undefined) return undefined;
  return {
    input: fresh === undefined ? undefined : fresh + (read ?? 0) + (written ?? 0),
    output,
    cacheRead: read,
    cacheWrite: written,
    cacheWrite1h: count(usage.cache_creation?.ephemeral_1h_input_tokens) ?? before.cacheWrite1h,
    reasoning,
    serverTools: serverTools(usage.server_tool_use) ?? before.serverTools,
  };
}

function serverTools(told: unknown): Usage['serverTools'] {
  if (typeof told !== 'object' || told === null) return undefined;
  const tools: Record<string, number> = {};
  for (const tool of SERVER_TOOLS) {
    const calls = count(own(told, `${tool}_requests`));
    if (calls) tools[tool] = calls;
  }
  return tools;
}

/** What summing the conversation up took is billed, and left out of the usage. */
function foldCompactions(facts: CallFacts, iterations: unknown): void {
  if (!Array.isArray(iterations)) return;
  const compactions = iterations.filter((one) => own(one, 'type') === 'compaction').map((one) => readUsage(one, true));
  if (compactions.length === 0) return;
  const sum = (side: 'input' | 'output') => compactions.reduce((total, usage) => total + (usage?.[side] ?? 0), 0);
  facts.attributes = {
    ...facts.attributes,
    'anthropic.usage.compaction.input_tokens': sum('input'),
    'anthropic.usage.compaction.output_tokens': sum('output'),
  };
}

/** What the server cut out of the context before the model saw it. */
export function foldEdits(facts: CallFacts, management: unknown): void {
  const edits = own(management, 'applied_edits');
  if (!Array.isArray(edits) || edits.length === 0) return;
  const cleared = edits.reduce((total: number, edit) => total + (ownNumber(edit, 'cleared_input_tokens') ?? 0), 0);
  facts.attributes = {
    ...facts.attributes,
    'llm.context_edits': edits.length,
    'llm.context_edits.cleared_input_tokens': cleared,
  };
}
