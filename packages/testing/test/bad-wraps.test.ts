import { isDeepStrictEqual } from 'node:util';
import OpenAI from 'openai';
import { expect, it } from 'vitest';
import { CHAT } from '../src/conformance/apis/chat.ts';
import { casesOf } from '../src/conformance/cases.ts';
import { playBare, playWrapped, type Run } from '../src/conformance/play-case.ts';
import type { Client, ConformanceCase } from '../src/conformance/suite.ts';

type Create = (...parameters: unknown[]) => Promise<unknown> & { _thenUnwrap(map: (value: unknown) => unknown): never };

/** Puts another `create` in the place of the SDK's. */
const replacing =
  (make: (create: Create) => (...parameters: unknown[]) => unknown) =>
  (client: Client): Client => {
    const completions = client.chat.completions as unknown as { create: unknown };
    completions.create = make((completions.create as Create).bind(completions));
    return client;
  };

async function* drain(stream: AsyncIterable<unknown>): AsyncGenerator<unknown> {
  yield* stream;
}

const isStream = (value: unknown): value is OpenAI.Chat.Completions.ChatCompletionChunk & ReturnType<typeof drain> =>
  typeof value === 'object' && value !== null && Symbol.asyncIterator in value;

/** Ways of wrapping that are known to show, each with cases of the suite that must find them. */
const BAD: readonly (readonly [string, (client: Client) => Client, readonly string[]])[] = [
  [
    'an async function',
    replacing(
      (create) =>
        async (...parameters) =>
          create(...parameters),
    ),
    ['promise: withResponse()', 'promise: asResponse()', 'helpers: parse() with a response format'],
  ],
  [
    'a generator in the place of the stream',
    replacing(
      (create) =>
        (...parameters) =>
          create(...parameters)._thenUnwrap((value) => (isStream(value) ? drain(value) : value)),
    ),
    ['stream: for await', 'stream: tee()', 'leaving early: break', 'leaving early: abort by stream.controller'],
  ],
  [
    'a side branch on the promise',
    replacing((create) => (...parameters) => {
      const promise = create(...parameters);
      promise.then(() => undefined);
      return promise;
    }),
    ['promise: asResponse()', 'faults: 500, plain'],
  ],
  [
    'a handled branch on the response',
    replacing((create) => (...parameters) => {
      const promise = create(...parameters) as unknown as { responsePromise: Promise<unknown> };
      promise.responsePromise.catch(() => undefined);
      return promise;
    }),
    ['faults: a call never awaited that fails'],
  ],
  [
    'a request serialised before the call',
    replacing((create) => (...parameters) => {
      JSON.stringify(parameters[0]);
      return create(...parameters);
    }),
    ['promise: a request with getters and toJSON, which run as often as ever'],
  ],
  [
    'usage asked for unasked',
    replacing(
      (create) =>
        (request, ...rest) =>
          create({ ...(request as object), stream_options: { include_usage: true } }, ...rest),
    ),
    ['stream: without usage', 'promise: await'],
  ],
];

const named = (name: string): ConformanceCase => {
  const [group = '', title] = name.split(/: (.*)/s);
  const found = casesOf(CHAT)[group]?.find((test) => test.title === title);
  if (found === undefined) throw new Error(`The suite has no case "${name}"`);
  return found;
};

const shown = ({ seen, rejections, sent }: Run): unknown => structuredClone({ seen, rejections, sent });

it.each(BAD)('the suite finds out %s', async (_, wrap, cases) => {
  const createClient = (options: { baseURL: string }): Client =>
    new OpenAI({ apiKey: 'test', logLevel: 'off', ...options });
  const suite = { name: 'bad', wrap, createClient };
  const unnoticed: string[] = [];
  for (const name of cases) {
    const bare = shown(await playBare(suite, named(name)));
    const wrapped = await playWrapped(suite, named(name)).then(shown, (error: Error) => error.message);
    if (isDeepStrictEqual(bare, wrapped)) unnoticed.push(name);
  }
  expect(unnoticed).toEqual([]);
});
