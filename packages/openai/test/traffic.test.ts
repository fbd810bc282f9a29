import { loadTraffic, type TrafficCase } from '@grump/llm-otel-testing';
import type OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { measureTraffic } from './measure-traffic';

type Plain = Readonly<Record<string, unknown>>;

interface TruthChoice {
  readonly index: number;
  readonly finishReason: string | null;
  readonly toolCalls: readonly unknown[];
}

const list = (value: unknown): Plain[] => (Array.isArray(value) ? value : []);
const filled = (value: unknown): boolean => (typeof value === 'string' || Array.isArray(value)) && value.length > 0;

/** What a plain reading of the body has as its first token: a line splitter and a JSON parser, none of our code. */
function firstTokenOf({ body }: TrafficCase): string | undefined {
  const lines = body.split(/\r?\n/).filter((line) => line.startsWith('data:') && !line.includes('[DONE]'));
  for (const line of lines) {
    for (const choice of list(JSON.parse(line.slice(5)).choices)) {
      const delta = (choice.delta ?? {}) as Plain;
      const thinks = list(delta.content).some((part) => part.type === 'thinking');
      const calls = list(delta.tool_calls).some((call) => filled((call.function as Plain | undefined)?.arguments));
      if ((filled(delta.content) && !thinks) || filled(delta.refusal) || calls) return 'output';
      if (thinks || filled(delta.reasoning) || filled(delta.reasoning_content)) return 'reasoning';
    }
  }
  return undefined;
}

/** What the truth beside a recording says should be measured. */
function expected(recorded: TrafficCase) {
  const { truth, rawSdk, stream, httpStatus } = recorded;
  const choices = (truth.choices ?? []) as readonly TruthChoice[];
  const reasons = choices.map(({ finishReason }) => finishReason);
  const failed = rawSdk.throws !== undefined;
  return {
    outcome: failed ? 'error' : 'ok',
    error: failed ? (httpStatus >= 400 ? String(httpStatus) : rawSdk.throws) : undefined,
    id: truth.responseId ?? undefined,
    model: truth.model ?? undefined,
    reasons: reasons.some((reason) => reason !== null) ? reasons : undefined,
    tools: choices.reduce((total, { toolCalls }) => total + toolCalls.length, 0),
    firstToken: stream ? firstTokenOf(recorded) : undefined,
    input: truth.usage?.input ?? 0,
    output: truth.usage?.output ?? 0,
    cacheRead: truth.usage?.cachedInput ?? 0,
    // The truths of chat leave it out.
    cacheWrite: expect.any(Number),
    reasoning: truth.usage?.reasoningOutput ?? 0,
    missing: truth.usage === null && !failed ? 1 : 0,
  };
}

const create = (client: OpenAI, request: never) => client.chat.completions.create(request);

describe('what is measured of recorded traffic is its truth', () => {
  it.each(loadTraffic().map((recorded) => [`${recorded.provider}/${recorded.name}`, recorded] as const))(
    '%s',
    async (_, recorded) => {
      expect(await measureTraffic(recorded, create)).toEqual(expected(recorded));
    },
  );
});
