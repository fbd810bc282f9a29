import type Anthropic from '@anthropic-ai/sdk';
import { context, trace } from '@opentelemetry/api';
import { afterEach, describe, expect, it } from 'vitest';
import {
  type Answer,
  block,
  delta,
  end,
  message,
  REQUEST,
  SDKS,
  STOP,
  start,
  stream,
  text,
  usage,
  useWrapped,
} from './wrapped';

afterEach(() => {
  trace.disable();
  context.disable();
});

const CALL = { type: 'tool_use', id: 'toolu_1', name: 'weather', input: { city: 'Bern' } };
const DONE = { type: 'content_block_stop', index: 0 };
const PLAIN: readonly Answer[] = [{ body: message({ content: [CALL], stop_reason: 'tool_use' }) }, { body: message() }];
const STREAMED: readonly Answer[] = [
  {
    events: [
      ...[
        start(),
        block({ ...CALL, input: {} }),
        delta({ type: 'input_json_delta', partial_json: '{"city":"Bern"}' }),
        DONE,
      ],
      ...[end(usage(10, 5), { stop_reason: 'tool_use' }), STOP],
    ],
  },
  { events: stream(block({ type: 'text', text: '' }), text('Sunny'), DONE) },
];

const SCHEMA = { type: 'object' as const, properties: { city: { type: 'string' } } };

interface Seen {
  readonly self?: unknown;
  readonly input?: unknown;
}

/** A tool that notes how it is called. */
const toolOf = (seen: Seen[], answer: () => unknown = () => 'sunny') => ({
  ...{ type: 'custom' as const, name: 'weather', description: 'The weather of a city', input_schema: SCHEMA },
  parse: (input: unknown) => input,
  run(this: unknown, input: unknown) {
    seen.push({ self: this, input });
    return answer();
  },
});

type Tool = ReturnType<typeof toolOf>;

async function run(client: Anthropic, tool: Tool, streamed: boolean): Promise<void> {
  const body = { ...REQUEST, tools: [tool], stream: streamed };
  const runner = client.beta.messages.toolRunner(body as never) as unknown as AsyncIterable<unknown>;
  for await (const turn of runner) {
    if (streamed) for await (const _ of turn as AsyncIterable<unknown>);
  }
}

/** SDKs that have a tool runner; the last with its tracing on and off. */
const RUNNERS: readonly (readonly [string, typeof Anthropic, boolean])[] = [
  ...SDKS.slice(2).map(([name, SDK]) => [`SDK ${name}, not tracing`, SDK, false] as const),
  ['SDK 1, tracing', SDKS.at(-1)![1], true],
];

const WAYS = RUNNERS.flatMap((one) =>
  [false, true].map((streamed) => [streamed ? 'streamed' : 'plain', ...one] as const),
);

describe.each(WAYS)('a tool runner, %s, of %s', (_, __, SDK, traces) => {
  const streamed = _ === 'streamed';
  const answers = streamed ? STREAMED : PLAIN;
  const client = traces ? {} : { openTelemetry: false as const };

  it('is a loop with a call for each turn, and a span for each tool', async () => {
    const wrapped = useWrapped(answers, { SDK, client, registered: true });
    const seen: Seen[] = [];
    await run(wrapped.client, toolOf(seen), streamed);
    await expect.poll(() => wrapped.telemetry.total('llm_requests_total', { outcome: 'ok' })).toBe(2);
    expect(await wrapped.telemetry.total('llm_tokens_total')).toBe(30);
    await new Promise((resolve) => setTimeout(resolve, 5));
    const spans = wrapped.telemetry.spans();
    const by = (operation: string) => spans.filter((span) => span.attributes['gen_ai.operation.name'] === operation);
    const [agent, ...others] = by('invoke_agent');
    expect([agent?.kind, others]).toEqual(['INTERNAL', []]);
    expect(agent?.attributes['gen_ai.request.model']).toBe(REQUEST.model);
    expect(by('chat').map(({ parent }) => parent)).toEqual([agent?.spanId, agent?.spanId]);
    expect(by('execute_tool')).toMatchObject([
      {
        kind: 'INTERNAL',
        parent: agent?.spanId,
        attributes: { 'gen_ai.tool.name': 'weather', 'gen_ai.tool.description': 'The weather of a city' },
      },
    ]);
    expect(spans).toHaveLength(4);
    expect(seen).toMatchObject([{ input: { city: 'Bern' } }]);
  });

  it('tells of a tool that fails, and goes on', async () => {
    const wrapped = useWrapped(answers, { SDK, client, registered: true });
    const fail = (): never => {
      throw new RangeError('no such city');
    };
    await run(wrapped.client, toolOf([], fail), streamed);
    await expect.poll(() => wrapped.telemetry.total('llm_requests_total', { outcome: 'ok' })).toBe(2);
    const tool = wrapped.telemetry.spans().find(({ attributes }) => attributes['gen_ai.tool.name'] === 'weather');
    expect(tool).toMatchObject({
      status: { code: 'ERROR' },
      attributes: { 'error.type': traces ? 'tool_error' : 'RangeError' },
    });
  });
});

describe('the spans of a tool runner', () => {
  const SDK = SDKS.at(-1)![1];

  it('are none with spans: "off", and the tools run', async () => {
    for (const client of [{}, { openTelemetry: false as const }]) {
      const wrapped = useWrapped(PLAIN, { SDK, client, registered: true, spans: 'off' });
      const seen: Seen[] = [];
      await run(wrapped.client, toolOf(seen), false);
      expect([seen.length, wrapped.telemetry.spans()]).toEqual([1, []]);
    }
  });

  it('end when the loop is left, or fails', async () => {
    const client = { openTelemetry: false as const };
    const left = useWrapped(PLAIN, { SDK, client, registered: true });
    const runner = left.client.beta.messages.toolRunner({ ...REQUEST, tools: [toolOf([])] } as never);
    for await (const _ of runner as AsyncIterable<unknown>) break;
    const failed = useWrapped([{ status: 500, body: {} }], { SDK, client, registered: true });
    await expect(run(failed.client, toolOf([]), false)).rejects.toThrow();
    const agents = [left, failed].map(({ telemetry }) => telemetry.spans().find(({ name }) => name === 'invoke_agent'));
    expect(agents.map((agent) => agent?.status.code)).toEqual(['UNSET', 'ERROR']);
  });

  it('leave the caller’s tools as they are', async () => {
    const { client } = useWrapped(PLAIN, { SDK, client: { openTelemetry: false }, registered: true });
    const seen: Seen[] = [];
    const tool = Object.freeze(toolOf(seen));
    const before = tool.run;
    await run(client, tool, false);
    expect(tool.run).toBe(before);
    expect(seen[0]?.self).toBe(tool);
  });

  it('are not asked of a tool of a class of one’s own, which runs as ever', async () => {
    class Weather {
      #answer = 'sunny';
      type = 'custom' as const;
      name = 'weather';
      input_schema = SCHEMA;
      calls = 0;
      parse = (input: unknown) => input;
      run() {
        this.calls += 1;
        return this.#answer;
      }
    }
    const wrapped = useWrapped(PLAIN, { SDK, client: { openTelemetry: false }, registered: true });
    const tool = new Weather();
    await run(wrapped.client, tool as never, false);
    expect(tool.calls).toBe(1);
    expect(wrapped.telemetry.spans().filter(({ name }) => name.startsWith('execute_tool'))).toEqual([]);
  });
});

it('a turn of a thread is a call, streamed or not', async () => {
  const { client, telemetry } = useWrapped([{ body: message() }, { events: STREAMED[1]!.events! }]);
  const thread = client.beta.messages.thread({ model: REQUEST.model, max_tokens: 9 });
  await thread.send({ role: 'user', content: 'Hello' });
  await thread.stream({ role: 'user', content: 'And now?' }).finalMessage();
  await expect.poll(() => telemetry.total('llm_requests_total', { outcome: 'ok' })).toBe(2);
  expect(await telemetry.total('llm_tokens_total')).toBe(30);
  expect(await telemetry.total('llm_time_to_first_token_seconds')).toBe(1);
  expect(telemetry.spans()).toHaveLength(2);
});
