import { describe, expect, it, vi } from 'vitest';
import { isApiPromise, isAwaited } from '../src/api-promise';
import type { Amendment, MethodDescriptor } from '../src/descriptor';
import { wrapClient } from '../src/wrap';
import { createProps, FakeApiPromise } from './fake-api-promise';
import { type FakeChunk, FakeStream, provider } from './fake-sdk';
import { figures, streamOf, useTelemetry } from './measure';
import { useDiag } from './use-diag';

interface Chunk extends FakeChunk {
  readonly added?: boolean;
}

/** Asks for more wherever there is a stream; what comes of it says that it was added. */
const amendment: Amendment = {
  request: (request) => ((request as { stream?: boolean }).stream ? { ...(request as object), more: true } : undefined),
  isAdded: (chunk) => (chunk as Chunk).added === true,
  raw: (response) => ({ of: response }),
};

const warn = useDiag();

/** A wrapped client whose method is amended, what it was called with, and what is measured of it. */
function amended(answer: (...args: object[]) => unknown, changes: Partial<Amendment> = {}) {
  const telemetry = useTelemetry();
  const method: MethodDescriptor = { ...provider.methods[0]!, amendment: { ...amendment, ...changes } };
  const seen: object[][] = [];
  const create = (...args: object[]) => {
    seen.push(args);
    return answer(...args);
  };
  const client = wrapClient({ chat: { create } }, { ...provider, methods: [method] }, { ...telemetry });
  return { create: client.chat.create, seen, measured: async () => figures(await telemetry.metrics()) };
}

const TEXT: Chunk = { kind: 'text' };
const ADDED: Chunk = { added: true, usage: { input: 3, output: 2 }, end: 'stop' };
/** Answers with a stream of these chunks. */
const streaming =
  (...chunks: readonly Chunk[]) =>
  async () =>
    streamOf(chunks.map((chunk) => [0, chunk]));

async function read(stream: unknown): Promise<Chunk[]> {
  const chunks: Chunk[] = [];
  for await (const chunk of stream as FakeStream) chunks.push(chunk);
  return chunks;
}

describe('an amended request', () => {
  it('goes out in place of the caller’s, which stays as it is, with the other arguments', async () => {
    const { create, seen } = amended(streaming(TEXT));
    const [request, options, more] = [Object.freeze({ stream: true }), { timeout: 1 }, {}];
    await create(request, options, more);
    expect(seen).toEqual([[{ stream: true, more: true }, { timeout: 1 }, {}]]);
    expect(seen[0]![1]).toBe(options);
    expect(seen[0]![2]).toBe(more);
  });

  it('is the caller’s own where nothing is asked', async () => {
    const { create, seen } = amended(streaming(TEXT, ADDED));
    const request = { stream: false };
    const chunks = await read(await create(request));
    expect(seen[0]![0]).toBe(request);
    expect(chunks).toEqual([TEXT, ADDED]);
  });

  it('is the caller’s own where amending fails', async () => {
    const request = () => {
      throw new Error('no amendment');
    };
    const { create, seen } = amended(streaming(TEXT, ADDED), { request });
    const own = { stream: true };
    expect(await read(await create(own))).toEqual([TEXT, ADDED]);
    expect(seen[0]![0]).toBe(own);
    expect(warn.mock.calls.join()).toContain('amending a request');
  });
});

const AsyncGeneratorPrototype: object = Object.getPrototypeOf(async function* () {}.prototype);

describe('an amended stream', () => {
  it('has what was asked for, and not what came besides', async () => {
    const { create, measured } = amended(
      streaming({ added: true }, TEXT, { added: true }, { added: true }, TEXT, ADDED),
    );
    expect(await read(await create({ stream: true }))).toEqual([TEXT, TEXT]);
    expect(await measured()).toMatchObject({ outcomes: { ok: 1 }, tokens: { input: 3, output: 2 } });
  });

  it('has the prototype of the SDK’s, and ends it where the caller ends early', async () => {
    const ended = vi.fn();
    const stream = new FakeStream(async function* () {
      try {
        yield TEXT;
        yield TEXT;
      } finally {
        ended();
      }
    });
    const { create, measured } = amended(async () => stream);
    const iterator = ((await create({ stream: true })) as FakeStream).iterator();
    expect(Object.prototype.isPrototypeOf.call(AsyncGeneratorPrototype, iterator)).toBe(true);
    expect(await iterator.next()).toEqual({ done: false, value: TEXT });
    await iterator.return!();
    expect(ended).toHaveBeenCalledOnce();
    expect(await measured()).toMatchObject({ outcomes: { cancelled: 1 } });
  });

  it('is told of what the caller throws into it', async () => {
    const { create } = amended(streaming(TEXT));
    const iterator = ((await create({ stream: true })) as FakeStream).iterator();
    await iterator.next();
    await expect(iterator.throw!(new Error('thrown in'))).rejects.toThrow('thrown in');
  });

  it('lacks what an iterator by hand lacks', async () => {
    const steps = [TEXT, { ...ADDED }, TEXT];
    const next = async () => ({ done: steps.length === 0, value: steps.shift() }) as IteratorResult<FakeChunk>;
    const { create } = amended(async () => new FakeStream(() => ({ next })));
    const iterator = ((await create({ stream: true })) as FakeStream).iterator();
    expect([iterator.return, iterator.throw]).toEqual([undefined, undefined]);
    expect([await iterator.next(), await iterator.next()]).toEqual([
      { done: false, value: TEXT },
      { done: false, value: TEXT },
    ]);
  });
});

describe('the response as it came', () => {
  const promiseOf = () => new FakeApiPromise(Promise.resolve(createProps()), async () => ({}));

  it.each([true, false])('is what the amendment makes of it, if there was one: %s', async (stream) => {
    const { create, measured } = amended(promiseOf);
    const response = await (create({ stream }) as FakeApiPromise<unknown>).asResponse();
    expect(Object.keys(response)).toEqual(stream ? ['of'] : ['headers']);
    expect(await measured()).toMatchObject({ outcomes: { ok: 1 } });
  });
});

describe('a promise that can be hooked into', () => {
  const promise = { parseResponse: () => {}, responsePromise: Promise.resolve() };

  it.each<[string, unknown, boolean]>([
    ['parses, and has its response', promise, true],
    ['is an object', Object.assign(() => {}, promise), false],
    ['is there', null, false],
    ['is there at all', undefined, false],
    ['is no text', 'text', false],
    ['parses', { ...promise, parseResponse: 'no function' }, false],
    ['has a response', { ...promise, responsePromise: undefined }, false],
    ['waits for its response', { ...promise, responsePromise: {} }, false],
    ['is not frozen', Object.freeze({ ...promise }), false],
  ])('%s', (_, value, expected) => {
    expect(isApiPromise(value)).toBe(expected);
  });

  it('is awaited once it parses', () => {
    expect(isAwaited(undefined)).toBe(false);
    expect(isAwaited(promise as never)).toBe(false);
    expect(isAwaited({ ...promise, parsedPromise: {} } as never)).toBe(true);
  });
});
