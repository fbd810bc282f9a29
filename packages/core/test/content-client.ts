import { type Attributes, diag, type TracerProvider } from '@opentelemetry/api';
import { afterEach, beforeEach, vi } from 'vitest';
import type { ContentMapping } from '../src/content/mapping';
import type { Message } from '../src/content/messages';
import type { EventLogger, EventRecord } from '../src/content/options';
import type { ProviderDescriptor } from '../src/descriptor';
import type { WrapOptions } from '../src/options';
import { ownString } from '../src/own';
import { type CountedSpan, createCountingTracer } from './counting-tracer';
import { createProps, FakeApiPromise } from './fake-api-promise';
import { type FakeStream, provider as plainProvider } from './fake-sdk';

export const VARIABLE = 'OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT';
export const SECRET = 'the secret of the prompt';
export const ANSWER = 'the secret of the answer';
export const INPUT = 'gen_ai.input.messages';
export const OUTPUT = 'gen_ai.output.messages';

export const say = (role: string, text: string | undefined): Message => ({
  role,
  parts: text === undefined ? [] : [{ type: 'text', content: text }],
});

/** Requests are `{ prompt }`, results and chunks `{ text }`. */
export const mapping: ContentMapping = {
  request: (request) => ({ inputMessages: [say('user', ownString(request, 'prompt'))] }),
  result: (result) => [say('assistant', ownString(result, 'text'))],
  stream: (tools) => {
    const text = tools.text();
    return {
      chunk: (chunk) => text.add(ownString(chunk, 'text') ?? ''),
      messages: () => [say('assistant', text.value())],
    };
  },
};

interface Answers {
  /** Loads the mapping; null if the method has none. */
  readonly load?: (() => Promise<ContentMapping>) | null;
  readonly sampled?: boolean;
  readonly create?: (request: object) => unknown;
}

/** What is told through diag in each test, which finds no variable of the environment. */
export function useLines(): string[] {
  const lines: string[] = [];
  beforeEach(() => {
    lines.length = 0;
    vi.stubEnv(VARIABLE, undefined);
    const warn = (line: string, ...details: unknown[]): void => void lines.push([line, ...details].join(' '));
    diag.setLogger({ error: warn, warn, info: () => {}, debug: () => {}, verbose: () => {} });
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    diag.disable();
  });
  return lines;
}

/** A logger provider that keeps what is emitted. */
export function createLogs(enabled?: () => boolean) {
  const records: EventRecord[] = [];
  const emit = (record: EventRecord): void => void records.push(record);
  const logger: EventLogger = enabled === undefined ? { emit } : { emit, enabled };
  return { records, loggerProvider: { getLogger: vi.fn((..._: unknown[]) => logger) } };
}

/** A tracer whose spans are sampled or not. */
function createTracer(sampled: boolean): { spans: CountedSpan[]; tracerProvider: TracerProvider } {
  const { spans, tracerProvider } = createCountingTracer();
  if (sampled) return { spans, tracerProvider };
  const startSpan: ReturnType<TracerProvider['getTracer']>['startSpan'] = (...values) =>
    Object.assign(tracerProvider.getTracer('').startSpan(...values), { isRecording: () => false });
  return { spans, tracerProvider: { getTracer: () => ({ startSpan }) as never } };
}

/** A wrapped client of its own modules, so that what is told or loaded once happens in each test. */
export async function createClient(options: WrapOptions, answers: Answers = {}) {
  vi.resetModules();
  const { wrapClient } = await import('../src/wrap');
  await import('../src/content/capture');
  const { load = async () => mapping, sampled = true, create = () => lazily({ text: ANSWER }) } = answers;
  const content = load === null ? {} : { content: load };
  const descriptor: ProviderDescriptor = { ...plainProvider, methods: [{ ...plainProvider.methods[0]!, ...content }] };
  const { spans, tracerProvider } = createTracer(sampled);
  const { records, loggerProvider } = createLogs();
  const client = wrapClient({ chat: { create: (request: object) => create(request) } }, descriptor, {
    tracerProvider,
    loggerProvider,
    ...options,
  });
  return { call: async (request: object) => client.chat.create(request), spans, records, loggerProvider };
}

/** As the SDKs answer: headers first, the body when it is waited for. */
export const lazily = <Value>(value: Value) => new FakeApiPromise(Promise.resolve(createProps()), async () => value);

export async function* chunksOf(...texts: string[]) {
  for (const text of texts) yield { text, kind: 'text' as const };
  yield { end: 'stop' };
}

export const read = async (stream: unknown, most = Number.POSITIVE_INFINITY): Promise<void> => {
  let count = 0;
  for await (const _ of stream as FakeStream) if (++count >= most) break;
};

export const settled = (millis = 20): Promise<void> => new Promise((resolve) => setTimeout(resolve, millis));
export const attributesOf = ({ spans }: { spans: { attributes: Attributes }[] }, index = 0): Attributes =>
  spans[index]!.attributes;
export const parsed = (attributes: Attributes, key: string) => JSON.parse(String(attributes[key]));
