import type { Respond, Scenario } from '../../mock/scenario.ts';
import { MESSAGES, messagesOf } from '../apis/messages.ts';
import { SPACED, WEATHER_CALL } from '../prompts.ts';
import { attempt, readStream } from '../seen.ts';
import type { Client, ConformanceCase } from '../suite.ts';

const ok = { outcome: 'ok' } as const;
const EVENTS = ['connect', 'streamEvent', 'text', 'message', 'finalMessage', 'error', 'abort', 'end'];

interface Helper extends AsyncIterable<unknown> {
  readonly aborted: boolean;
  readonly errored: boolean;
  on(event: string, listener: (...values: unknown[]) => void): unknown;
  once(event: string, listener: () => void): unknown;
  abort(): void;
  finalMessage(): Promise<object>;
  finalText(): Promise<string>;
  toReadableStream(): ReadableStream<Uint8Array>;
}

const helperOf = (client: Client): Helper => messagesOf(client).stream!(MESSAGES.plain) as Helper;

/** Records the names of a helper's events, in order. */
function eventsOf(helper: Helper): string[] {
  const events: string[] = [];
  for (const name of EVENTS) helper.on(name, () => void events.push(name));
  return events;
}

const TOOL = { name: 'weather', input_schema: { type: 'object', properties: { city: { type: 'string' } } } };
const toolsThenText: Respond = (_, index) =>
  index === 0 ? { tokens: 0, toolCalls: [WEATHER_CALL] } : { tokens: ['Sunny'] };

interface Runner extends AsyncIterable<unknown> {
  readonly params: object;
}

const runnerOf = (client: Client, params: object): Runner => {
  const tool = { type: 'custom', ...TOOL, parse: (input: unknown) => input, run: () => 'sunny in Bern' };
  const { beta } = client as unknown as { beta: { messages: { toolRunner(body: object): Runner } } };
  return beta.messages.toolRunner({ ...MESSAGES.plain, tools: [tool], ...params });
};

/** What the SDK's helpers make of the calls inside them. */
export const MESSAGE_HELPERS: readonly ConformanceCase[] = [
  {
    title: 'stream(): events and final message',
    use: async ({ client }) => {
      const helper = helperOf(client);
      const events = eventsOf(helper);
      return { final: await helper.finalMessage(), text: await helper.finalText(), events };
    },
    seen: {
      final: MESSAGES.answer,
      text: 'Hello there!',
      events: [
        'connect',
        ...['streamEvent', 'streamEvent', 'streamEvent', 'text', 'streamEvent', 'text', 'streamEvent', 'text'],
        ...['streamEvent', 'streamEvent', 'streamEvent', 'message', 'finalMessage', 'end'],
      ],
    },
    measured: { ...ok, totals: { llm_stream_duration_seconds: 1, llm_time_to_first_token_seconds: 1 } },
  },
  {
    title: 'stream(): for await',
    use: async ({ client }) => readStream(MESSAGES, helperOf(client)),
    seen: { text: 'Hello there!', error: undefined },
    measured: ok,
  },
  {
    title: 'stream(): a helper that is left',
    respond: { tokens: 500, schedule: SPACED },
    use: async ({ client }) => {
      const helper = helperOf(client);
      // What it had gathered by then depends on the machine.
      const { error } = await readStream(MESSAGES, helper, (count) => count === MESSAGES.loneItem);
      return { error, aborted: (helper as unknown as { controller: AbortController }).controller.signal.aborted };
    },
    seen: { error: undefined, aborted: true },
    measured: { outcome: 'aborted' },
  },
  {
    title: 'stream(): abort()',
    respond: { tokens: 500, schedule: SPACED },
    use: async ({ client }) => {
      const helper = helperOf(client);
      helper.once('text', () => helper.abort());
      const final = await attempt(() => helper.finalMessage());
      return { final, aborted: helper.aborted };
    },
    seen: { final: { error: { class: 'APIUserAbortError' } }, aborted: true },
    measured: { outcome: 'aborted' },
  },
  {
    title: 'stream(): an error of the server',
    respond: { tokens: 3, fault: { kind: 'status', status: 500 } },
    use: async ({ client }) => {
      const helper = helperOf(client);
      const events = eventsOf(helper);
      return { final: await attempt(() => helper.finalMessage()), events, errored: helper.errored };
    },
    seen: { final: { error: { class: 'InternalServerError', status: 500 } }, errored: true, events: ['error', 'end'] },
    measured: { outcome: 'error', errorType: '500' },
  },
  {
    title: 'parse() of a plain answer',
    use: ({ client }) => messagesOf(client).parse!(MESSAGES.plain) as Promise<unknown>,
    seen: MESSAGES.answer,
    measured: { ...ok, totals: { llm_stream_duration_seconds: 0 } },
  },
  {
    title: 'beta.messages.create()',
    use: ({ client }) => {
      const { beta } = client as unknown as { beta: { messages: { create(body: object): Promise<object> } } };
      return beta.messages.create(MESSAGES.plain);
    },
    seen: MESSAGES.answer,
    measured: ok,
  },
  {
    title: 'toolRunner(): two turns',
    respond: toolsThenText,
    use: async ({ client }) => {
      const runner = runnerOf(client, {});
      const turns: unknown[] = [];
      for await (const turn of runner) turns.push(turn);
      return { turns, params: JSON.stringify(runner.params) };
    },
    seen: { turns: { length: 2, 1: { content: [{ text: 'Sunny' }] } } },
    measured: { ...ok, calls: 2, totals: { llm_stream_duration_seconds: 0 } },
  },
  {
    title: 'toolRunner(): two streamed turns',
    respond: toolsThenText,
    use: async ({ client }) => {
      const runner = runnerOf(client, { stream: true });
      const texts: unknown[] = [];
      for await (const turn of runner) texts.push((await readStream(MESSAGES, turn as Helper)).text);
      return { texts };
    },
    seen: { texts: ['', 'Sunny'] },
    measured: { ...ok, calls: 2, totals: { llm_stream_duration_seconds: 2 } },
  },
];

const firsts = (token: number, output: number): Record<string, number> => ({
  llm_time_to_first_token_seconds: token,
  llm_time_to_first_output_token_seconds: output,
});

/** The same content in a plain and in a streamed call. */
const both = (
  title: string,
  respond: Scenario,
  content: readonly object[],
  totals: Readonly<Record<string, number>>,
): ConformanceCase[] => [
  {
    title: `${title}, plain`,
    respond,
    use: ({ client }) => MESSAGES.create(client, MESSAGES.plain),
    seen: { content },
    measured: { ...ok, totals: firsts(0, 0) },
  },
  {
    title: `${title}, streamed`,
    respond,
    use: async ({ client }) => readStream(MESSAGES, await MESSAGES.stream(client, MESSAGES.streamed)),
    seen: { error: undefined },
    measured: { ...ok, totals },
  },
];

/** Answers that are not just text. */
export const MESSAGE_CONTENT: readonly ConformanceCase[] = [
  ...both(
    'tool calls only',
    { tokens: 0, toolCalls: [WEATHER_CALL, WEATHER_CALL] },
    [{ type: 'tool_use', name: 'weather', input: { city: 'Bern' } }, { type: 'tool_use' }],
    firsts(1, 1),
  ),
  ...both('thinking only', { tokens: 0, reasoningTokens: 3 }, [{ type: 'thinking' }], {
    ...firsts(1, 0),
    llm_token_details_total: 3,
  }),
  ...both('thinking, then text', { tokens: ['Hi'], reasoningTokens: 2 }, [{ type: 'thinking' }, { text: 'Hi' }], {
    ...firsts(1, 1),
    llm_token_details_total: 2,
  }),
  ...both('nothing at all', { tokens: 0 }, [], firsts(0, 0)),
];
