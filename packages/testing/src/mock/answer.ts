import type { ChatRequest, MockUsage, Scenario } from './scenario.ts';

const WORDS = 'the model writes one word after another and each of them takes its own small while to arrive'.split(' ');
const PIECE = /.{1,8}/gs;

/** What every chunk and completion of one answer has in common. */
export interface Identity {
  readonly id: string;
  readonly created: number;
  /** Of the ids of tool calls. */
  readonly toolPrefix: string;
}

export interface ToolCall {
  readonly id: string;
  readonly name: string;
  readonly arguments: string;
}

/** The content of an answer, before it is framed as a stream or a completion. */
export interface Answer extends Identity {
  readonly model: string;
  readonly choices: number;
  readonly reasoning: readonly string[];
  readonly tokens: readonly string[];
  readonly toolCalls: readonly ToolCall[];
  readonly refusal: string | null;
  readonly finishReason: 'stop' | 'tool_calls';
  readonly usage: MockUsage | undefined;
  /** Asked for in the background, as Responses can be. */
  readonly background: boolean;
}

/** Puts the scenario and the request together. */
export function answerOf(scenario: Scenario, request: ChatRequest, identity: Identity): Answer {
  const { toolCalls = [], refusal = null } = scenario;
  return {
    ...identity,
    model: scenario.model ?? request.model ?? 'meta/llama-3.1-8b-instruct',
    choices: request.n ?? 1,
    reasoning: words(scenario.reasoningTokens ?? 0),
    tokens: typeof scenario.tokens === 'number' ? words(scenario.tokens) : scenario.tokens,
    toolCalls: toolCalls.map((call, index) => ({ ...call, id: `${identity.toolPrefix}${index}` })),
    refusal,
    finishReason: toolCalls.length > 0 ? 'tool_calls' : 'stop',
    usage: usageOf(scenario, request),
    background: request.background === true,
  };
}

/** Tool-call arguments and refusals as the pieces a stream sends them in. */
export function pieces(text: string): string[] {
  return text.match(PIECE) ?? [];
}

function words(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${WORDS[index % WORDS.length]} `);
}

function usageOf(scenario: Scenario, request: ChatRequest): MockUsage | undefined {
  const { usage, reasoningTokens = 0 } = scenario;
  if (usage === false) return undefined;
  if (typeof usage === 'object') return usage;
  const prompt = promptTokens(request);
  const completion = (reasoningTokens + answerTokens(scenario)) * (request.n ?? 1);
  return {
    prompt_tokens: prompt,
    total_tokens: prompt + completion,
    completion_tokens: completion,
    ...(reasoningTokens > 0 && { completion_tokens_details: { reasoning_tokens: reasoningTokens } }),
  };
}

function answerTokens({ tokens, toolCalls = [], refusal = '' }: Scenario): number {
  const texts = [refusal, ...toolCalls.map((call) => call.arguments)];
  return (typeof tokens === 'number' ? tokens : tokens.length) + texts.flatMap(pieces).length;
}

/** Four characters of what was asked as one token, at least one. */
function promptTokens({ messages, input, prompt }: ChatRequest): number {
  return Math.max(1, Math.ceil(JSON.stringify(messages ?? input ?? prompt ?? []).length / 4));
}
