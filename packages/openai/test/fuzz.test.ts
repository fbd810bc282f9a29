import { loadTraffic, type TrafficApi, type TrafficCase } from '@grump/llm-otel-testing';
import fc from 'fast-check';
import { APIPromise } from 'openai/api-promise';
import { Stream } from 'openai/streaming';
import { expect, it } from 'vitest';
import { expectSound, mutate, type Node, ODD, places } from '../../core/test/fuzzing';
import { useTelemetry } from '../../core/test/measure';
import { withRejections } from '../../testing/src/conformance/rejections.ts';
import { wrapOpenAI } from '../src/index';
import { createClient, createClientOf } from './mock-fetch';

/** For a longer search: `FUZZ_RUNS=100 vitest run fuzz`. */
const RUNS = Number(process.env.FUZZ_RUNS ?? 1);
const MOST_BYTES = 12_000;
const DEEP: unknown = JSON.parse('[{"a":'.repeat(500) + 1 + '}]'.repeat(500));

type Create = (client: Client, stream: boolean) => Promise<unknown>;

interface Recorded {
  readonly create: Create;
  readonly streams: readonly TrafficCase[];
  readonly results: readonly TrafficCase[];
}

function recordedOf(api: TrafficApi, create: Create): Recorded {
  const traffic = loadTraffic(undefined, api).filter((one) => one.bodyBytes < MOST_BYTES && one.httpStatus === 200);
  return { create, streams: traffic.filter(({ stream }) => stream), results: traffic.filter(({ stream }) => !stream) };
}

const APIS: readonly (readonly [TrafficApi, Recorded])[] = [
  [
    'chat',
    recordedOf('chat', async ({ chat }, stream) => chat.completions.create({ model: 'm', messages: [], stream })),
  ],
  ['responses', recordedOf('responses', async (client, stream) => client.responses.create({ model: 'm', stream }))],
  [
    'completions',
    recordedOf('completions', async (client, stream) => client.completions.create({ model: 'm', prompt: '', stream })),
  ],
];

const value: fc.Arbitrary<unknown> = fc.oneof(fc.constantFrom(...ODD, DEEP), fc.jsonValue({ maxDepth: 3 }));
const KINDS = ['drop', 'duplicate', 'swap', 'insert', 'retype', 'delete', 'rename', 'field'] as const;
/** What is read off chunks and results. */
const FIELDS = [
  ...['id', 'model', 'choices', 'usage', 'service_tier', 'system_fingerprint', 'x_groq', 'error'],
  ...['type', 'delta', 'item', 'response', 'status', 'output', 'background', 'incomplete_details'],
];
const COUNTS = ['prompt_tokens', 'completion_tokens', 'prompt_tokens_details', 'cost', 'reasoning_tokens'];

/** A change of recorded data; `at` and `path` count modulo what is there. */
const mutation = fc.record({ kind: fc.constantFrom(...KINDS), at: fc.nat(), path: fc.nat(), value });
type Mutation = typeof mutation extends fc.Arbitrary<infer Value> ? Value : never;
function change(root: unknown, { kind, path, value: shared }: Mutation): void {
  const odd = structuredClone(shared);
  if (kind === 'field') return void setField(root as Node, path, odd);
  const all = places(root);
  if (all.length === 0) return;
  const [node, key] = all[path % all.length]!;
  if (kind !== 'retype') delete node[key];
  if (kind === 'retype') node[key] = odd;
  if (kind === 'rename') node[`x_${key}`] = odd;
}

function setField(root: Node | null, path: number, odd: unknown): void {
  if (typeof root !== 'object' || root === null) return;
  const field = [...FIELDS, ...COUNTS][path % (FIELDS.length + COUNTS.length)]!;
  if (FIELDS.includes(field)) root[field] = odd;
  else root.usage = { ...(root.usage as Node | undefined), [field]: odd };
}

const chunksOf = ({ body }: TrafficCase): unknown[] =>
  [...body.matchAll(/^data: ?(\{.*)$/gm)].flatMap(([, data]) => {
    try {
      return [JSON.parse(data!) as unknown];
    } catch {
      return [];
    }
  });

type Client = ReturnType<typeof createClient>;
interface Seen {
  readonly items: readonly unknown[];
  readonly error?: unknown;
}

/** What a caller sees who reads so many chunks at most. */
async function look(client: Client, create: Create, stream: boolean, most: number): Promise<Seen> {
  const items: unknown[] = [];
  try {
    const value = await create(client, stream);
    if (!stream) return { items: [value] };
    for await (const item of value as AsyncIterable<unknown>) {
      items.push(item);
      if (items.length >= most) break;
    }
    return { items };
  } catch (error) {
    return { items, error };
  }
}

/** The same items and errors from a bare client and a wrapped one, and one call measured. */
async function expectUnseen(
  create: () => Client,
  call: Create,
  stream: boolean,
  most: number,
): Promise<readonly [Seen, Seen]> {
  const bare = await look(create(), call, stream, most);
  const { meterProvider, tracerProvider, metrics } = useTelemetry();
  const wrapped = await look(wrapOpenAI(create(), { meterProvider, tracerProvider }), call, stream, most);
  expectSound(await metrics());
  return [bare, wrapped];
}

async function expectProperty<Values>(property: fc.IAsyncProperty<Values>, numRuns: number): Promise<void> {
  const { rejections } = await withRejections(() => fc.assert(property, { numRuns: numRuns * RUNS }));
  expect(rejections).toEqual([]);
}

const most = fc.oneof(fc.constant(Number.POSITIVE_INFINITY), fc.integer({ min: 1, max: 9 }));
const mutations = fc.array(mutation, { maxLength: 6 });

it.each(APIS)('streams of any data are seen as they are (%s)', async (_, { create: call, streams }) => {
  const cut = fc.option(fc.nat());
  const property = fc.asyncProperty(
    fc.nat(streams.length - 1),
    mutations,
    cut,
    most,
    async (recorded, list, end, count) => {
      const data = mutate(chunksOf(streams[recorded]!), list, change).map(
        (chunk) => `data: ${JSON.stringify(chunk)}\n\n`,
      );
      const whole = `${data.join('')}data: [DONE]\n\n`;
      const body = end === null ? whole : whole.slice(0, end % whole.length);
      const create = () => createClient({ body, headers: { 'content-type': 'text/event-stream' } });
      const [bare, wrapped] = await expectUnseen(create, call, true, count);
      expect(wrapped).toEqual(bare);
    },
  );
  await expectProperty(property, 200);
});

it.each(APIS)('results of any shape are seen as they are (%s)', async (_, { create: call, results }) => {
  const property = fc.asyncProperty(fc.nat(results.length - 1), mutations, async (recorded, list) => {
    const [mutated] = mutate(
      [JSON.parse(results[recorded]!.body)],
      list.filter(({ kind }) => kind !== 'drop'),
      change,
    );
    const create = () => createClient({ body: JSON.stringify(mutated) });
    const [bare, wrapped] = await expectUnseen(create, call, false, 1);
    expect(wrapped).toEqual(bare);
  });
  await expectProperty(property, 150);
});

const POISON = new RangeError('poisoned');
const fail = (): never => {
  throw POISON;
};

/** What can be done to an object under way, so that looking at it is dangerous. */
const DISGUISES: Readonly<Record<string, (chunk: unknown, path: number) => unknown>> = {
  none: (chunk) => chunk,
  frozen: (chunk) => {
    for (const [node, key] of places(chunk)) Object.freeze(node[key]);
    return Object.freeze(chunk);
  },
  'a getter that throws': (chunk, path) => {
    const all = places(chunk);
    const [node, key] = all[path % (all.length || 1)] ?? [];
    if (node !== undefined) Object.defineProperty(node, key!, { get: fail, enumerable: true });
    return chunk;
  },
  'a proxy that throws': () => new Proxy({}, { get: fail, has: fail, ownKeys: fail, getPrototypeOf: fail }),
  'no prototype': (chunk) => Object.assign(Object.create(null), chunk),
  'an array of itself': (chunk) => [chunk, chunk],
  circular: (chunk) =>
    typeof chunk === 'object' && chunk !== null ? Object.assign(chunk, { choices: [chunk] }) : chunk,
};

/** A client whose stream yields these very objects, under the SDK's own classes. */
function clientOf(chunks: readonly unknown[], error: unknown): Client {
  const client = createClientOf(fail);
  const iterator = async function* () {
    yield* chunks;
    if (error !== undefined) throw error;
  };
  const props = { response: new Response(), options: {}, controller: new AbortController() };
  const create = () =>
    new APIPromise(
      client,
      Promise.resolve(props as never),
      async () => new Stream(iterator, props.controller) as never,
    );
  return Object.assign(client, { chat: { completions: { create } }, responses: { create }, completions: { create } });
}

const ERRORS = [undefined, new Error('end'), Object.freeze({}), null, new Proxy({}, { get: fail })];

it.each(APIS)('objects that must not be touched come through untouched (%s)', async (_, { create: call, streams }) => {
  const disguise = fc.tuple(fc.constantFrom(...Object.keys(DISGUISES)), fc.nat(), fc.nat());
  const property = fc.asyncProperty(
    fc.nat(streams.length - 1),
    mutations,
    fc.array(disguise, { minLength: 1, maxLength: 3 }),
    fc.nat(ERRORS.length - 1),
    most,
    async (recorded, list, disguises, error, count) => {
      const chunks = mutate(chunksOf(streams[recorded]!), list, change);
      const places = new Map(disguises.map(([name, at, path]) => [at % (chunks.length || 1), [name, path] as const]));
      for (const [at, [name, path]] of places) chunks[at] = DISGUISES[name]!(chunks[at], path);
      const [bare, wrapped] = await expectUnseen(() => clientOf(chunks, ERRORS[error]), call, true, count);
      expect(wrapped.items.length).toBe(bare.items.length);
      expect(wrapped.items.every((item, index) => Object.is(item, bare.items[index]))).toBe(true);
      expect(Object.is(wrapped.error, bare.error)).toBe(true);
    },
  );
  await expectProperty(property, 200);
});
