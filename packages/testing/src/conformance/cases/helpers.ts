import type { Respond } from '../../mock/scenario.ts';
import { CHAT } from '../apis/chat.ts';
import {
  CITY_FORMAT,
  CITY_TOKENS,
  PLAIN,
  SPACED,
  STREAMED,
  WEATHER_CALL,
  WEATHER_RUNNABLE,
  WEATHER_TOOL,
} from '../prompts.ts';
import { attempt, readStream } from '../seen.ts';
import type { Client, ConformanceCase } from '../suite.ts';

const ok = { outcome: 'ok' } as const;
const EVENTS = [
  'connect',
  'content',
  'content.done',
  'finalContent',
  'finalChatCompletion',
  'error',
  'abort',
  'end',
] as const;
const TOOLS = { tools: [WEATHER_RUNNABLE] };
const toolsThenText: Respond = (_, index) =>
  index === 0 ? { tokens: 0, toolCalls: [WEATHER_CALL] } : { tokens: ['Sunny'] };

type Helper = ReturnType<Client['chat']['completions']['stream']>;

/** Records the names of a helper's events, in order. */
function eventsOf(helper: Helper): string[] {
  const events: string[] = [];
  for (const name of EVENTS) helper.on(name, () => void events.push(name));
  return events;
}

/** What the SDK's helpers make of the calls inside them. */
export const HELPERS: readonly ConformanceCase[] = [
  {
    title: 'parse() with a response format',
    respond: { tokens: CITY_TOKENS },
    use: ({ client }) => client.chat.completions.parse({ ...PLAIN, response_format: CITY_FORMAT }),
    seen: { choices: [{ message: { parsed: { city: 'Bern' } } }] },
    measured: ok,
  },
  {
    title: 'parse() of what is no JSON',
    use: ({ client }) => attempt(() => client.chat.completions.parse({ ...PLAIN, response_format: CITY_FORMAT })),
    seen: { error: { class: 'SyntaxError' } },
    measured: ok,
  },
  {
    title: 'parse() with a strict tool, withResponse()',
    respond: { tokens: 0, toolCalls: [WEATHER_CALL] },
    use: async ({ client }) => {
      const promise = client.chat.completions.parse({ ...PLAIN, tools: [WEATHER_TOOL] });
      const { data, request_id } = await promise.withResponse();
      return { data, request_id };
    },
    seen: { data: { choices: [{ message: { tool_calls: [{ function: { parsed_arguments: { city: 'Bern' } } }] } }] } },
    measured: ok,
  },
  {
    title: 'stream(): events and final completion',
    use: async ({ client }) => {
      const helper = client.chat.completions.stream(STREAMED);
      const events = eventsOf(helper);
      return { final: await helper.finalChatCompletion(), usage: await helper.totalUsage(), events };
    },
    seen: {
      final: { choices: [{ message: { content: 'Hello there!' } }], usage: { completion_tokens: 3 } },
      events: ['connect', ...Array(4).fill('content'), 'content.done', 'finalChatCompletion', 'finalContent', 'end'],
    },
    measured: { ...ok, totals: { llm_stream_duration_seconds: 1 } },
  },
  {
    title: 'stream(): for await, with a response format',
    respond: { tokens: CITY_TOKENS },
    use: async ({ client }) => {
      const helper = client.chat.completions.stream({ ...STREAMED, response_format: CITY_FORMAT });
      return { read: await readStream(CHAT, helper), final: await helper.finalChatCompletion() };
    },
    seen: { read: { text: '{"city":"Bern"}' }, final: { choices: [{ message: { content: '{"city":"Bern"}' } }] } },
    measured: ok,
  },
  {
    title: 'stream(): abort()',
    respond: { tokens: 500, schedule: SPACED },
    use: async ({ client }) => {
      const helper = client.chat.completions.stream(STREAMED);
      const events = eventsOf(helper);
      helper.once('content', () => helper.abort());
      const final = await attempt(() => helper.finalChatCompletion());
      return { final, events, aborted: helper.aborted };
    },
    seen: {
      final: { error: { class: 'APIUserAbortError' } },
      aborted: true,
      events: ['connect', 'content', 'abort', 'end'],
    },
    measured: { outcome: 'aborted' },
  },
  {
    title: 'stream(): an error of the server',
    respond: { tokens: 3, fault: { kind: 'status', status: 500 } },
    use: async ({ client }) => {
      const helper = client.chat.completions.stream(STREAMED);
      const events = eventsOf(helper);
      return { final: await attempt(() => helper.finalChatCompletion()), events, errored: helper.errored };
    },
    seen: { final: { error: { class: 'InternalServerError', status: 500 } }, errored: true, events: ['error', 'end'] },
    measured: { outcome: 'error', errorType: '500' },
  },
  {
    title: 'runTools(): two turns',
    respond: toolsThenText,
    use: async ({ client }) => {
      const runner = client.chat.completions.runTools({ ...PLAIN, ...TOOLS });
      return { content: await runner.finalContent(), messages: runner.messages, usage: await runner.totalUsage() };
    },
    seen: { content: 'Sunny', messages: { length: 4, 2: { role: 'tool', content: 'sunny in Bern' } } },
    measured: { ...ok, calls: 2, totals: { llm_stream_duration_seconds: 0 } },
  },
  {
    title: 'runTools(): two streamed turns',
    respond: toolsThenText,
    use: async ({ client }) => {
      const runner = client.chat.completions.runTools({ ...STREAMED, ...TOOLS });
      return { content: await runner.finalContent(), messages: runner.messages, usage: await runner.totalUsage() };
    },
    seen: { content: 'Sunny', messages: { length: 4, 2: { role: 'tool', content: 'sunny in Bern' } } },
    measured: { ...ok, calls: 2, totals: { llm_stream_duration_seconds: 2 } },
  },
];
