import { createHash } from 'node:crypto';
import { loadTraffic, type TrafficCase, trafficProviders } from '@grump/llm-otel-testing';
import { describe, expect, it } from 'vitest';
import { type Content, LIMITLESS, type Message, QUESTION, useCaptured } from './captured';
import { faultsOf } from './content-schema';

describe('recorded traffic', () => {
  it.each(trafficProviders())(
    "of %s is valid by the conventions' schemas, and is what the server said",
    async (service) => {
      const { capture } = await useCaptured(LIMITLESS);
      for (const recorded of loadTraffic(service)) {
        const content = await capture(
          { ...recorded.request, stream: recorded.stream },
          { tokens: 0, replay: recorded },
        );
        expect(faultsOf(content), recorded.name).toEqual([]);
        expect(content.input.length, recorded.name).toBe((recorded.request.messages as unknown[]).length);
        if (isOneAnswer(recorded)) expectTruth(content, recorded);
      }
    },
  );

  it.each(trafficProviders())('of %s reads the same streamed and whole', async (service) => {
    const { capture } = await useCaptured(LIMITLESS);
    const streams = loadTraffic(service).filter((recorded) => recorded.stream && isOneAnswer(recorded));
    for (const recorded of streams) {
      const streamed = await capture({ ...recorded.request, stream: true }, { tokens: 0, replay: recorded });
      const whole = await capture(QUESTION, { tokens: 0, json: wholeOf(recorded.body) });
      expect(streamed.output, recorded.name).toEqual(whole.output);
    }
  });
});

/** Two answers of Cerebras in one file, with a tool call each, both numbered 0. */
const JOINED = 'chat-stream-3c6d09f0';
const isOneAnswer = ({ name, rawSdk }: TrafficCase): boolean => rawSdk.throws === undefined && name !== JOINED;

const sha = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);

interface TruthChoice {
  readonly textSha?: string;
  readonly reasoningText?: number;
  readonly toolCalls?: readonly { readonly id: string; readonly name: string }[];
}

/** Holds what was captured against what a plain reading of the recorded body gave. */
function expectTruth({ output }: Content, { truth, name, body }: TrafficCase): void {
  const choices = (truth.choices ?? []) as readonly TruthChoice[];
  expect(output.length, name).toBe(choices.length);
  for (const [index, { textSha, reasoningText, toolCalls = [] }] of choices.entries()) {
    const { parts } = output[index]!;
    const calls = parts
      .filter(({ type }) => type === 'tool_call')
      .map(({ id, name: called }) => ({ id, name: called }));
    // The truth knows nothing of transcripts.
    if (textSha !== undefined && !body.includes('"transcript"')) expect(sha(textOf(parts, 'text')), name).toBe(textSha);
    if (reasoningText) expect([...textOf(parts, 'reasoning')].length, name).toBe(reasoningText);
    expect(
      calls.filter(({ id }) => id !== undefined),
      name,
    ).toEqual(toolCalls.map(({ id, name: called }) => ({ id, name: called })));
  }
}

const textOf = (parts: Message['parts'], wanted: string): string =>
  parts
    .filter(({ type }) => type === wanted)
    .map(({ content }) => content)
    .join('');

type Loose = Record<string, unknown>;
interface Whole extends Loose {
  readonly content?: unknown;
  readonly tool_calls?: Loose[];
}

const objects = (value: unknown): Loose[] => (Array.isArray(value) ? value.filter((item) => item !== null) : []);

/** The completion that a recorded stream would have been: strings of all chunks joined, tool calls by their index. */
function wholeOf(body: string): object {
  const chunks = [...body.matchAll(/^data: ?(\{.*)$/gm)].map(([, json]) => JSON.parse(json!) as Loose);
  const choices: Loose[] = [];
  for (const { index = 0, finish_reason: reason, delta } of chunks.flatMap((chunk) => objects(chunk.choices))) {
    const { message = {}, finish_reason: before = null } = choices[Number(index)] ?? {};
    choices[Number(index)] = {
      index,
      finish_reason: reason ?? before,
      message: merged(message as Whole, delta as Whole),
    };
  }
  return { id: 'x', model: 'm', choices };
}

function merged(message: Whole, delta: Whole | null | undefined): Whole {
  const { content, tool_calls: calls, ...rest } = delta ?? {};
  const known = [...(message.tool_calls ?? [])];
  for (const call of objects(calls)) {
    const index = Number(call.index ?? 0);
    known[index] = joined(known[index] ?? {}, call);
  }
  const parts = typeof content === 'string' ? [{ type: 'text', text: content }] : objects(content);
  return {
    ...joined(message, rest),
    ...(known.length > 0 && { tool_calls: known }),
    content: parts.reduce(withPart, objects(message.content)),
  };
}

/** Text and thoughts that follow others are one part with them. */
function withPart(parts: Loose[], part: Loose): Loose[] {
  const same = parts.find(({ type }) => type === part.type);
  if (part.text === '') return parts;
  if (same === undefined) return [...parts, { ...part }];
  if (typeof part.text === 'string') same.text = `${same.text}${part.text}`;
  else same.thinking = [...objects(same.thinking), ...objects(part.thinking)];
  return parts;
}

function joined(before: Loose, delta: Loose): Loose {
  const after: Loose = { ...before };
  for (const [key, value] of Object.entries(delta)) {
    if (typeof value === 'string') {
      after[key] = ['role', 'id', 'name', 'type'].includes(key)
        ? (before[key] ?? value)
        : `${before[key] ?? ''}${value}`;
    } else if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      after[key] = joined((before[key] ?? {}) as Loose, value as Loose);
    }
  }
  return after;
}
