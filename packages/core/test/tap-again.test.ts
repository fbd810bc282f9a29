import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { collectGarbage } from '../../testing/src/conformance/garbage.ts';
import { type FakeChunk, FakeStream } from './fake-sdk';
import { createWrapped, figures, useTelemetry } from './measure';

type Iterate = () => AsyncIterator<FakeChunk>;

async function* serve(): AsyncGenerator<FakeChunk> {
  yield { kind: 'text' };
  yield { end: 'stop' };
}

/** The stream of one call, whose source is iterated by this, and how the call ended. */
async function streamBy(iterate: Iterate) {
  const telemetry = useTelemetry();
  const client = createWrapped(telemetry, async () => new FakeStream(iterate));
  const stream = await client.chat.create({ model: 'fake-1' });
  return { stream, outcomes: async () => figures(await telemetry.metrics()).outcomes };
}

async function read(iterator: AsyncIterator<FakeChunk>): Promise<number> {
  let chunks = 0;
  while (!(await iterator.next()).done) chunks++;
  return chunks;
}

it('a stream is the SDK’s own again once it is read', async () => {
  const { stream } = await streamBy(serve);
  expect(stream.iterator).not.toBe(serve);
  stream.iterator();
  expect(stream.iterator).toBe(serve);
});

it('a stream that somebody else has tapped meanwhile keeps what they put there', async () => {
  const { stream, outcomes } = await streamBy(serve);
  const ours = stream.iterator;
  const theirs: Iterate = () => ours.call(stream);
  stream.iterator = theirs;
  expect(await read(stream.iterator())).toBe(2);
  expect(stream.iterator).toBe(theirs);
  expect(await outcomes()).toEqual({ ok: 1 });
});

it('a frozen stream is observed once, and then gives the source’s own iterators', async () => {
  const made: unknown[] = [];
  const { stream, outcomes } = await streamBy(() => {
    made.push(serve());
    return made.at(-1) as AsyncIterator<FakeChunk>;
  });
  Object.freeze(stream);
  const [first, second] = [stream.iterator(), stream.iterator()];
  expect(first).not.toBe(made[0]);
  expect(second).toBe(made[1]);
  expect(await read(second)).toBe(2);
  expect(await outcomes()).toEqual({});
  expect(await read(first)).toBe(2);
  expect(await outcomes()).toEqual({ ok: 1 });
});

it('an iterator that is used on after its call ended does what the source’s does', async () => {
  const { stream, outcomes } = await streamBy(serve);
  const iterator = stream.iterator() as AsyncGenerator<FakeChunk>;
  await read(iterator);
  expect(await iterator.next()).toEqual({ done: true, value: undefined });
  expect(await iterator.return('left')).toEqual({ done: true, value: 'left' });
  const fault = new Error('late');
  await expect(iterator.throw(fault)).rejects.toBe(fault);
  expect(await outcomes()).toEqual({ ok: 1 });
});

it('an iterator whose source throws at once after the call ended throws that', async () => {
  const fault = new Error('over');
  let steps = 0;
  const { stream, outcomes } = await streamBy(() => ({
    next: () => {
      if (steps++ === 0) return Promise.resolve({ done: true, value: undefined });
      throw fault;
    },
  }));
  const iterator = stream.iterator();
  await iterator.next();
  expect(() => iterator.next()).toThrow(fault);
  expect(await outcomes()).toEqual({ truncated: 1 });
});

it('an iterator that was collected half read ends its call, though the stream lasts', async () => {
  const { stream, outcomes } = await streamBy(serve);
  await (async () => void (await stream.iterator().next()))();
  for (let attempt = 0; attempt < 100 && Object.keys(await outcomes()).length === 0; attempt++) {
    await turn();
    collectGarbage();
  }
  expect(await outcomes()).toEqual({ abandoned: 1 });
  expect(stream).toBeDefined();
});
