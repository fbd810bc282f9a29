import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { collectGarbage } from '../../testing/src/conformance/garbage.ts';
import type { MethodDescriptor } from '../src/descriptor';
import { createProps, FakeApiPromise, type FakeProps } from './fake-api-promise';
import { provider } from './fake-sdk';
import { createWrapped, figures, onlySpan, useTelemetry } from './measure';

const STOP = { end: 'stop' };

/** What a method gives for this answer, and how its call ended. */
function call(answer: unknown, method: Partial<MethodDescriptor> = {}) {
  const telemetry = useTelemetry();
  const methods = provider.methods.map((one) => ({ ...one, ...method }));
  const client = createWrapped(telemetry, () => answer, {}, { methods });
  const returned = client.chat.create({ model: 'fake-1' });
  return { telemetry, returned, outcomes: async () => figures(await telemetry.metrics()).outcomes };
}

it.each([
  ['no promise', STOP],
  ['nothing', undefined],
  ['a promise that nothing can be hooked into', Object.freeze(Promise.resolve(STOP))],
  // biome-ignore lint/suspicious/noThenProperty: such a thing is what is meant.
  ['something else to wait for', { then: (resolve: (value: unknown) => void) => resolve(STOP) }],
])('a call that gives %s is over at once, and gives that very thing', async (_, answer) => {
  const { telemetry, returned, outcomes } = call(answer);
  expect(returned).toBe(answer);
  expect(await outcomes()).toEqual({ ok: 1 });
  expect(onlySpan(telemetry).attributes).toMatchObject({ 'llm.outcome': 'ok' });
});

it('a result that cannot be looked at is a result all the same', async () => {
  const odd = {
    get iterator(): unknown {
      throw new Error('not yours');
    },
  };
  const { returned, outcomes } = call(Promise.resolve(odd));
  expect(await returned).toBe(odd);
  expect(await outcomes()).toEqual({ ok: 1 });
});

it.each([
  ['no controller', { response: createProps().response }],
  ['no response', { controller: new AbortController() }],
  ['neither', {}],
])('a response of which the SDK says %s is measured', async (_, props) => {
  const promise = new FakeApiPromise(Promise.resolve(props as FakeProps), async () => STOP);
  const { returned, outcomes } = call(promise);
  expect(await returned).toBe(STOP);
  expect(await outcomes()).toEqual({ ok: 1 });
});

it('a result that the descriptor taps is abandoned when what is read of it is collected', async () => {
  const { returned, outcomes } = call(Promise.resolve({ source: {} }), {
    tap: (result) => (result as { source: object }).source,
  });
  const result = (await returned) as { source: object | undefined };
  expect(await outcomes()).toEqual({});
  await turn();
  result.source = undefined;
  for (let attempt = 0; attempt < 100 && Object.keys(await outcomes()).length === 0; attempt++) {
    await turn();
    collectGarbage();
  }
  expect(await outcomes()).toEqual({ abandoned: 1 });
});

it('a result of which the descriptor taps nothing is a result', async () => {
  const { returned, outcomes } = call(Promise.resolve(STOP), { tap: () => undefined });
  expect(await returned).toBe(STOP);
  expect(await outcomes()).toEqual({ ok: 1 });
});
