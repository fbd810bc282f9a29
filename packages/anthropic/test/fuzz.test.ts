import { setImmediate as turn } from 'node:timers/promises';
import Anthropic from '@anthropic-ai/sdk';
import { loadTraffic, type TrafficCase } from '@grump/llm-otel-testing';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { expectSound, mutate, ODD, places } from '../../core/test/fuzzing';
import { useTelemetry } from '../../core/test/measure';
import { withRejections } from '../../testing/src/conformance/rejections.ts';
import { wrapAnthropic } from '../src/index';
import { REQUEST } from './wrapped';

/** For a longer search: `FUZZ_RUNS=100 vitest run fuzz`. */
const RUNS = Number(process.env.FUZZ_RUNS ?? 1);
const MOST_BYTES = 12_000;
/** What is read of events and messages. */
const FIELDS = [
  ...['type', 'index', 'delta', 'message', 'content_block', 'usage', 'id', 'model', 'content', 'stop_reason'],
  ...['context_management', 'input_tokens', 'output_tokens', 'cache_creation', 'server_tool_use', 'iterations'],
];

const traffic = loadTraffic('anthropic', 'messages').filter(
  (one) => one.bodyBytes < MOST_BYTES && one.httpStatus === 200,
);
const streams = traffic.filter(({ stream }) => stream);
const results = traffic.filter(({ stream }) => !stream);

const value: fc.Arbitrary<unknown> = fc.oneof(fc.constantFrom(...ODD), fc.jsonValue({ maxDepth: 3 }));
const KINDS = ['drop', 'duplicate', 'swap', 'insert', 'retype', 'delete', 'field'] as const;
const mutation = fc.record({ kind: fc.constantFrom(...KINDS), at: fc.nat(), path: fc.nat(), value });
type Mutation = typeof mutation extends fc.Arbitrary<infer Value> ? Value : never;
const mutations = fc.array(mutation, { maxLength: 6 });
const most = fc.oneof(fc.constant(Number.POSITIVE_INFINITY), fc.integer({ min: 1, max: 9 }));

function change(root: unknown, { kind, path, value: shared }: Mutation): void {
  const odd = structuredClone(shared);
  const all = places(root);
  if (all.length === 0) return;
  const [node, key] = all[path % all.length]!;
  if (kind === 'field') node[FIELDS[path % FIELDS.length]!] = odd;
  else if (kind === 'retype') node[key] = odd;
  else delete node[key];
}

const eventsOf = ({ body }: TrafficCase): unknown[] =>
  [...body.matchAll(/^data: ?(\{.*)$/gm)].map(([, data]) => JSON.parse(data!) as unknown);

/** The SDK shows events by the line before them, whatever they are. */
const sse = (event: unknown): string => {
  const { type } = Object(event) as { type?: unknown };
  return `event: ${typeof type === 'string' && type !== '' ? type.slice(0, 60).replace(/\s/g, '') : 'message_delta'}\ndata: ${JSON.stringify(event)}\n\n`;
};

const createClient = (body: string, type: string): Anthropic =>
  new Anthropic({
    ...{ apiKey: 'test', maxRetries: 0, logLevel: 'off' },
    fetch: async () => new Response(body, { headers: { 'content-type': type } }),
  });

interface Seen {
  readonly items: readonly unknown[];
  readonly error?: string;
}

/** What a caller sees who reads so many events at most. */
async function look(client: Anthropic, stream: boolean, count: number): Promise<Seen> {
  const items: unknown[] = [];
  try {
    const value: unknown = await client.messages.create({ ...REQUEST, stream });
    if (!stream) return { items: [value] };
    for await (const item of value as AsyncIterable<unknown>) {
      items.push(item);
      if (items.length >= count) break;
    }
    return { items };
  } catch (error) {
    return { items, error: String(error) };
  }
}

/** The same events and errors from a bare client and a wrapped one, with content captured, and one call measured. */
async function expectUnseen(body: string, stream: boolean, count: number): Promise<void> {
  const create = () => createClient(body, stream ? 'text/event-stream' : 'application/json');
  const bare = await look(create(), stream, count);
  const { meterProvider, tracerProvider, metrics, spans } = useTelemetry();
  const options = { meterProvider, tracerProvider, content: 'span', captureThinking: true } as const;
  const wrapped = await look(wrapAnthropic(create(), options), stream, count);
  expect(wrapped).toEqual(bare);
  for (let turns = 0; turns < 1000 && spans().length === 0; turns++) await turn();
  expectSound(await metrics());
}

async function expectProperty<Values>(property: fc.IAsyncProperty<Values>, numRuns: number): Promise<void> {
  const { rejections } = await withRejections(() => fc.assert(property, { numRuns: numRuns * RUNS }));
  expect(rejections).toEqual([]);
}

it('streams of any data are seen as they are', async () => {
  const cut = fc.option(fc.nat());
  const property = fc.asyncProperty(fc.nat(streams.length - 1), mutations, cut, most, async (at, list, end, count) => {
    const whole = mutate(eventsOf(streams[at]!), list, change).map(sse).join('');
    await expectUnseen(end === null ? whole : whole.slice(0, end % (whole.length + 1)), true, count);
  });
  await expectProperty(property, 150);
});

it('results of any shape are seen as they are', async () => {
  const property = fc.asyncProperty(fc.nat(results.length - 1), mutations, async (at, list) => {
    const kept = list.filter(({ kind }) => kind !== 'drop');
    const [mutated] = mutate([JSON.parse(results[at]!.body)], kept, change);
    await expectUnseen(JSON.stringify(mutated), false, 1);
  });
  await expectProperty(property, 100);
});
