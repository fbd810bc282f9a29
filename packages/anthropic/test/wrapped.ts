import Anthropic from '@anthropic-ai/sdk';
import type { Telemetry } from '@grump/llm-otel-testing';
import Anthropic030 from 'anthropic-0-30';
import Anthropic060 from 'anthropic-0-60';
import Anthropic133 from 'anthropic-0-133';
import { useTelemetry } from '../../core/test/measure';
import { type WrapAnthropicOptions, wrapAnthropic } from '../src/index';

/** The oldest release, one of each shape since, the last without tracing of its own, and the newest. */
export const SDKS: readonly (readonly [name: string, SDK: typeof Anthropic])[] = [
  ['0.30', Anthropic030 as unknown as typeof Anthropic],
  ['0.60', Anthropic060 as unknown as typeof Anthropic],
  ['0.133', Anthropic133 as unknown as typeof Anthropic],
  ['1', Anthropic],
];

/** What a server answers: a body, or the events of a stream, each under its type. */
export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly events?: readonly object[];
}

interface Settings extends WrapAnthropicOptions {
  readonly SDK?: typeof Anthropic;
  /** Of the client. */
  readonly client?: ConstructorParameters<typeof Anthropic>[0];
  /** The providers are the global ones, with a context manager. */
  readonly registered?: boolean;
}

/** A wrapped client, and what its calls were measured as. */
export interface Wrapped {
  readonly client: Anthropic;
  readonly telemetry: Telemetry;
}

const sse = (event: object): string =>
  `event: ${(event as { type?: string }).type}\ndata: ${JSON.stringify(event)}\n\n`;

function respond({ status = 200, headers, body, events }: Answer): Response {
  const type = events === undefined ? 'application/json' : 'text/event-stream';
  const text = events?.map(sse).join('') ?? (typeof body === 'string' ? body : JSON.stringify(body));
  return new Response(text, { status, headers: { 'content-type': type, ...headers } });
}

/** A fetch that answers in turn, the last answer for ever. */
export function fetchOf(answers: readonly Answer[]): (url: unknown, init?: unknown) => Promise<Response> {
  const left = [...answers];
  return async () => respond((left.length > 1 ? left.shift() : left[0])!);
}

/** A wrapped client whose requests are answered in turn, for the length of a test. */
export function useWrapped(answers: readonly Answer[], settings: Settings = {}): Wrapped {
  const { SDK = Anthropic, client: options, registered = false, ...rest } = settings;
  const telemetry = useTelemetry();
  if (registered) telemetry.register();
  const { meterProvider, tracerProvider } = telemetry;
  const bare = new SDK({
    apiKey: 'test',
    maxRetries: 0,
    logLevel: 'off',
    fetch: fetchOf(answers),
    ...options,
  } as object);
  const client = wrapAnthropic(bare, { ...(!registered && { meterProvider, tracerProvider }), ...rest });
  return { client, telemetry };
}

export const REQUEST = {
  model: 'claude-sonnet-5',
  max_tokens: 64,
  messages: [{ role: 'user' as const, content: 'Hi' }],
};

export const usage = (input_tokens: number, output_tokens: number, more: object = {}): object => ({
  input_tokens,
  output_tokens,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: 0,
  ...more,
});

export const message = (more: object = {}): object => ({
  ...{ id: 'msg_1', type: 'message', role: 'assistant', model: 'claude-sonnet-5-20260601' },
  ...{ content: [{ type: 'text', text: 'Hello' }], stop_reason: 'end_turn', stop_sequence: null, usage: usage(10, 5) },
  ...more,
});

export const start = (more: object = {}): object => ({
  type: 'message_start',
  message: message({ content: [], stop_reason: null, usage: usage(10, 1), ...more }),
});

export const block = (content_block: object, index = 0): object => ({
  type: 'content_block_start',
  index,
  content_block,
});

export const delta = (fields: object, index = 0): object => ({ type: 'content_block_delta', index, delta: fields });

export const text = (words: string, index = 0): object => delta({ type: 'text_delta', text: words }, index);

export const end = (
  more: object = usage(10, 5),
  fields: object = { stop_reason: 'end_turn' },
  rest: object = {},
): object => ({
  type: 'message_delta',
  delta: { stop_sequence: null, ...fields },
  usage: more,
  ...rest,
});

export const STOP: object = { type: 'message_stop' };

/** A stream with these events between its first and its last. */
export const stream = (...between: readonly object[]): readonly object[] => [start(), ...between, end(), STOP];

/** Reads a call's stream to its end; the error, if one came. */
export async function read(client: Anthropic, request: object = {}): Promise<unknown> {
  try {
    const events = (await client.messages.create({ ...REQUEST, stream: true, ...request })) as AsyncIterable<unknown>;
    for await (const _ of events);
    return undefined;
  } catch (error) {
    return error;
  }
}
