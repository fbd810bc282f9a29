import './fake-timers';
import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { afterEach, expect, it, vi } from 'vitest';
import { collectGarbage } from '../../testing/src/conformance/garbage.ts';
import { withRejections } from '../../testing/src/conformance/rejections.ts';
import type { Outcome } from '../src/types';
import { createCountingTracer } from './counting-tracer';
import { createProps, FakeApiPromise } from './fake-api-promise';
import { type FakeChunk, FakeStream } from './fake-sdk';
import { createWrapped, figures, pass, useTelemetry } from './measure';

/** For a longer search: `FUZZ_RUNS=100 vitest run outcomes`. */
const RUNS = Number(process.env.FUZZ_RUNS ?? 1);
const IDLE = 60_000;
class APIUserAbortError extends Error {}

const CHUNKS = {
  text: { kind: 'text' },
  empty: {},
  usage: { usage: { input: 1, output: 2 } },
  finish: { end: 'stop' },
};
const ENDINGS = ['done', 'error', 'abort error'] as const;
const ACTIONS = ['next', 'two next', 'next and return', 'return', 'throw', 'abort', 'work', 'wait for ever'] as const;
const ANSWERS = ['stream', 'lazy stream', 'result', 'lazy result', 'rejects', 'lazy rejects', 'throws'] as const;

type Ending = (typeof ENDINGS)[number];
type Action = (typeof ACTIONS)[number];

/** One call: what the server does, and what the consumer does after it. Then the consumer drops it. */
interface Plan {
  readonly answer: (typeof ANSWERS)[number];
  readonly awaited: boolean;
  readonly chunks: readonly (keyof typeof CHUNKS)[];
  readonly ending: Ending;
  readonly actions: readonly Action[];
}

const plan: fc.Arbitrary<Plan> = fc.record({
  answer: fc.oneof({ weight: 3, arbitrary: fc.constant<'stream'>('stream') }, fc.constantFrom(...ANSWERS)),
  awaited: fc.boolean(),
  chunks: fc.array(fc.constantFrom('text', 'empty', 'usage', 'finish'), { maxLength: 5 }),
  ending: fc.constantFrom(...ENDINGS),
  actions: fc.array(fc.constantFrom(...ACTIONS), { maxLength: 8 }),
});

const errorOf = (ending: Ending): Error =>
  ending === 'abort error' ? new APIUserAbortError('Request was aborted.') : new RangeError('the server failed');

/** How the call must end, told from the plan alone. */
function expectedOutcome({ answer, awaited, chunks, ending, actions }: Plan): Outcome {
  const failure: Outcome = ending === 'abort error' ? 'aborted' : 'error';
  if (answer === 'throws' || answer.endsWith('rejects')) return failure;
  if (answer.startsWith('lazy') && !awaited) return 'abandoned';
  if (answer.endsWith('result')) return 'ok';
  let [read, aborted] = [0, false];
  const complete = () => chunks.slice(0, read).includes('finish');
  const left = (): Outcome => (complete() ? 'ok' : 'cancelled');
  const next = (): Outcome | undefined => {
    if (read++ < chunks.length) return undefined;
    if (ending !== 'done') return failure;
    return complete() ? 'ok' : aborted ? 'aborted' : 'truncated';
  };
  for (const action of awaited ? actions : []) {
    if (action === 'abort') aborted = true;
    if (action === 'wait for ever') return aborted ? 'aborted' : 'abandoned';
    // Of a next() that is still under way nobody knows yet what it will bring.
    if (['return', 'throw', 'next and return'].includes(action)) return left();
    const outcome = action === 'next' ? next() : action === 'two next' ? (next() ?? next()) : undefined;
    if (outcome !== undefined) return outcome;
  }
  return aborted ? 'aborted' : 'abandoned';
}

async function* serve({ chunks, ending }: Plan): AsyncGenerator<FakeChunk, void> {
  for (const chunk of chunks) {
    await pass(10);
    yield CHUNKS[chunk] as FakeChunk;
  }
  if (ending !== 'done') throw errorOf(ending);
}

function answerOf(plan: Plan): unknown {
  const { answer, ending } = plan;
  if (answer === 'throws') throw errorOf(ending);
  const value = answer.endsWith('stream') ? new FakeStream(() => serve(plan)) : { end: 'stop' };
  if (!answer.startsWith('lazy'))
    return answer === 'rejects' ? Promise.reject(errorOf(ending)) : Promise.resolve(value);
  const response = answer === 'lazy rejects' ? Promise.reject(errorOf(ending)) : Promise.resolve(createProps());
  return new FakeApiPromise(response, async () => value);
}

async function act(action: Action, iterator: AsyncIterator<unknown>, stream: FakeStream): Promise<unknown> {
  if (action === 'next') return iterator.next();
  if (action === 'two next') return Promise.allSettled([iterator.next(), iterator.next()]);
  if (action === 'next and return') return Promise.allSettled([iterator.next(), iterator.return!()]);
  if (action === 'return') return iterator.return!();
  if (action === 'throw') return iterator.throw!(new RangeError('mine'));
  if (action === 'abort') return stream.controller.abort();
  // Work stays far from the deadline: at the deadline itself either the sweep or the consumer may come first.
  return pass(action === 'work' ? IDLE / 100 : 2 * IDLE);
}

type Client = ReturnType<typeof createWrapped<unknown>>;

/** Uses the client as the plan says and leaves nothing behind that would keep the call alive. */
async function use(client: Client, { answer, awaited, actions }: Plan): Promise<void> {
  const promise = Promise.resolve(awaited || !answer.startsWith('lazy') ? client.chat.create({}) : undefined);
  if (!awaited && answer.startsWith('lazy')) void client.chat.create({});
  const value = await promise;
  if (!awaited || !(value instanceof FakeStream)) return;
  const iterator = value[Symbol.asyncIterator]();
  for (const action of actions) await act(action, iterator, value).catch(() => {});
}

afterEach(() => {
  vi.advanceTimersByTime(20 * IDLE);
});

/** Plays the plans one after the other; `settle` sees to it that those which were dropped are found. */
async function expectOnce(plans: readonly Plan[], settle: () => Promise<unknown>): Promise<void> {
  const telemetry = useTelemetry();
  const { spans, tracerProvider } = createCountingTracer();
  const { meterProvider } = telemetry;
  for (const plan of plans) {
    const options = { streamIdleTimeoutMillis: IDLE };
    await use(createWrapped({ meterProvider, tracerProvider }, () => answerOf(plan), options) as Client, plan).catch(
      () => {},
    );
  }
  for (let attempt = 0; attempt < 50 && spans.some(({ ends }) => ends === 0); attempt++) await settle();
  const expected = plans.map(expectedOutcome);
  expect(spans.map(({ ends, attributes }) => [ends, attributes['llm.outcome']])).toEqual(
    expected.map((outcome) => [1, outcome]),
  );
  const rows = await telemetry.metrics();
  const { outcomes, inFlight, duration } = figures(rows);
  expect(inFlight).toBe(0);
  expect(Object.values(outcomes).reduce((left, right) => left + right, 0)).toBe(plans.length);
  expect(await telemetry.total('llm_request_duration_seconds')).toBe(plans.length);
  expect(duration).toBeCloseTo(
    spans.reduce((total, { seconds }) => total + seconds, 0),
    5,
  );
}

// A failed call whose promise nobody waits for is an unhandled rejection, wrapped or not.
const isUnhandled = ({ answer, awaited }: Plan): boolean => answer === 'lazy rejects' && !awaited;

/** The property for many lists of plans, and no unhandled rejection but those of the plans. */
async function expectProperty(
  lists: fc.Arbitrary<Plan[]>,
  numRuns: number,
  settle: () => Promise<unknown>,
): Promise<void> {
  let unhandled = 0;
  const property = fc.asyncProperty(lists, async (plans) => {
    unhandled += plans.filter(isUnhandled).length;
    await expectOnce(plans, settle);
  });
  const { rejections } = await withRejections(() => fc.assert(property, { numRuns: numRuns * RUNS }));
  expect(rejections).toHaveLength(unhandled);
}

it('each call ends exactly once, as its consumer and its server say', async () => {
  await expectProperty(fc.array(plan, { minLength: 1, maxLength: 4 }), 300, () => pass(2 * IDLE));
});

it('each call that is collected before its end ends exactly once too', async () => {
  const dropped = plan.map((one) => ({ ...one, actions: one.actions.filter((action) => action !== 'wait for ever') }));
  await expectProperty(fc.array(dropped, { minLength: 10, maxLength: 20 }), 15, async () => {
    collectGarbage();
    await turn();
  });
});
