import { loadTraffic, type SpanRow, type TrafficCase } from '@grump/llm-otel-testing';
import { type Figures, figures, useTelemetry } from '../../core/test/measure';
import { type WrapOpenAIOptions, wrapOpenAI } from '../src/index';
import { type Answer, createClient, DONE, type Frames } from './mock-fetch';

export const REQUEST = { model: 'm', messages: [] };

/** What one call was measured as. */
export interface Played extends Figures {
  readonly span: SpanRow;
  /** Spans below it, by name. */
  readonly phases: Readonly<Record<string, SpanRow>>;
  /** Sums and counts of any series. */
  readonly total: (name: string, attributes?: Record<string, string>) => Promise<number>;
  /** What the caller saw: chunks, or the result; and the error, if one came. */
  readonly seen: readonly unknown[];
  readonly error: unknown;
}

/** Lets what is loaded on demand be there. */
export const untilLoaded = (): Promise<unknown> =>
  Promise.all([import('../../core/src/server/record'), import('../src/server')]).then(
    () => new Promise((resolve) => setImmediate(resolve)),
  );

/** One call of a wrapped client, read to its end. */
export async function play(answer: Answer, options: WrapOpenAIOptions = {}, request: object = {}): Promise<Played> {
  const telemetry = useTelemetry();
  const { meterProvider, tracerProvider, total } = telemetry;
  const client = wrapOpenAI(createClient(answer), { meterProvider, tracerProvider, ...options });
  const made = { ...REQUEST, stream: answer.frames !== undefined, ...request };
  const seen: unknown[] = [];
  let error: unknown;
  try {
    const result: unknown = await client.chat.completions.create(made);
    if (answer.frames === undefined) seen.push(result);
    else for await (const chunk of result as AsyncIterable<unknown>) seen.push(chunk);
  } catch (thrown) {
    error = thrown;
  }
  await untilLoaded();
  const spans = telemetry.spans();
  const phases = Object.fromEntries(spans.filter(({ kind }) => kind === 'INTERNAL').map((one) => [one.name, one]));
  const span = spans.find(({ kind }) => kind === 'CLIENT')!;
  return { ...figures(await telemetry.metrics()), span, phases, total, seen, error };
}

/** A stream of these frames that ends as it should. */
export const playFrames = (frames: Frames, options?: WrapOpenAIOptions, request?: object): Promise<Played> =>
  play({ frames: [...frames, [0, DONE]] }, options, request);

/** A chunk of one choice. */
export const chunk = (delta: object, finish: string | null = null, index = 0): Record<string, unknown> => ({
  id: 'chatcmpl-1',
  object: 'chat.completion.chunk',
  created: 1_790_000_000,
  model: 'm',
  choices: [{ index, delta, finish_reason: finish }],
});

/** A chunk of usage alone, or with these choices. */
export const usage = (prompt: number, completion: number, extra: object = {}, choices: unknown[] = []): object => ({
  ...chunk({}),
  choices,
  usage: { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion, ...extra },
});

/** A recorded case. */
function recorded(provider: string, name: string): TrafficCase {
  const found = loadTraffic(provider).find((one) => one.name === name);
  if (found === undefined) throw new Error(`there is no ${provider}/${name}`);
  return found;
}

/** A recorded stream, with ten milliseconds before each of its events. */
export const recordedFrames = (provider: string, name: string): Frames =>
  recorded(provider, name)
    .body.split(/(?<=\n\n)/)
    .map((event) => [10, event]);
