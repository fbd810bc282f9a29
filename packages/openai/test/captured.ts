import { createTelemetry, type Scenario, type SpanRow, startMockNim } from '@grump/llm-otel-testing';
import OpenAI from 'openai';
import { expect, onTestFinished, vi } from 'vitest';
import { type WrapOpenAIOptions, wrapOpenAI } from '../src/index';

/** What the spans of a client's calls say of content, by attribute. */
export interface Content {
  readonly input: Message[];
  readonly output: Message[];
  readonly tools: object[] | undefined;
  readonly system: Message['parts'];
}

export interface Message {
  readonly role: string;
  readonly parts: { readonly type: string; readonly content?: string; readonly [key: string]: unknown }[];
  readonly finish_reason?: string;
}

export interface Captured {
  readonly client: OpenAI;
  /** Makes a call, reads its stream, and says what its span captured. Errors of the call are left to the span. */
  capture(request: object, answer?: Scenario): Promise<Content>;
  answerWith(answer: Scenario): void;
  spans(): readonly SpanRow[];
}

const AT_ONCE = { schedule: { firstTokenMillis: 0, interTokenMillis: 0 } };
/** Nothing is cut. */
export const LIMITLESS: WrapOpenAIOptions = { content: { mode: 'span', maxBytes: 10_000_000 } };
export const QUESTION = { model: 'fake-1', messages: [{ role: 'user' as const, content: 'Hello?' }] };

type Create = (client: OpenAI, request: object) => Promise<unknown>;

const chat: Create = (client, request) => client.chat.completions.create(request as typeof QUESTION);

/** A wrapped client and the server it speaks to, for the length of a test. Content goes on spans unless told otherwise. */
export async function useCaptured(
  options: WrapOpenAIOptions = { content: 'span' },
  create: Create = chat,
): Promise<Captured> {
  let answer: Scenario = { tokens: ['Hello', ' there'], ...AT_ONCE };
  const nim = await startMockNim({ respond: () => answer });
  const telemetry = createTelemetry();
  onTestFinished(() => Promise.all([nim.close(), telemetry.shutdown()]).then(() => {}));
  const { meterProvider, tracerProvider } = telemetry;
  const bare = new OpenAI({ apiKey: 'test', baseURL: nim.baseURL, maxRetries: 0, logLevel: 'off' });
  const client = wrapOpenAI(bare, { meterProvider, tracerProvider, ...options });
  const answerWith = (next: Scenario): void => {
    answer = { ...AT_ONCE, ...next };
  };
  const spans = (): SpanRow[] => telemetry.spans().filter(({ kind }) => kind === 'CLIENT');
  const capture: Captured['capture'] = async (request, next) => {
    if (next !== undefined) answerWith(next);
    const before = spans().length;
    await readAll(create(client, request)).catch(() => {});
    await vi.waitFor(() => expect(spans().length).toBe(before + 1));
    return contentOf(spans().at(-1)!);
  };
  return { client, capture, answerWith, spans };
}

async function readAll(answer: Promise<unknown>): Promise<void> {
  const result = (await answer) as object | AsyncIterable<unknown>;
  if (Symbol.asyncIterator in result) for await (const _ of result);
}

/** The content attributes of a span. */
export function contentOf({ attributes }: SpanRow): Content {
  const read = (key: string) => (attributes[key] === undefined ? undefined : JSON.parse(String(attributes[key])));
  return {
    input: read('gen_ai.input.messages') ?? [],
    output: read('gen_ai.output.messages') ?? [],
    tools: read('gen_ai.tool.definitions'),
    system: read('gen_ai.system_instructions') ?? [],
  };
}
