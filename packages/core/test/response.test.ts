import { expect, it, vi } from 'vitest';
import type { MethodDescriptor } from '../src/descriptor';
import { headersOf } from '../src/response';
import { createProps, FakeApiPromise, type FakeProps } from './fake-api-promise';
import { provider } from './fake-sdk';
import { createWrapped, onlySpan, useTelemetry } from './measure';

const STOP = { end: 'stop' };
const PREFIX = 'http.response.header.';

type Answer = () => unknown;
const answering = (headers: Record<string, string>): Answer => {
  return () => new FakeApiPromise(Promise.resolve(createProps(headers)), async () => STOP);
};
const failing = (error: unknown): Answer => {
  return () => new FakeApiPromise(Promise.reject(error), async () => STOP);
};

/** Calls as often as there are answers, and gives the attributes of each span. */
async function spansOf(...answers: Answer[]) {
  const telemetry = useTelemetry();
  const client = createWrapped(telemetry, () => answers.shift()!());
  while (answers.length > 0) await Promise.resolve(client.chat.create({ model: 'fake-1' })).catch(() => undefined);
  return telemetry.spans().map(({ attributes }) => attributes);
}

it('puts the headers of interest on the span, each a list of one', async () => {
  const [attributes] = await spansOf(answering({ 'x-request-id': 'r1', 'openai-processing-ms': '', cookie: 'c' }));
  expect(Object.entries(attributes!).filter(([name]) => name.startsWith(PREFIX))).toEqual([
    [`${PREFIX}x-request-id`, ['r1']],
  ]);
});

it('reads the headers of an error, of either kind, which may be others', async () => {
  const spans = await spansOf(
    ...Array.from({ length: 9 }, () => answering({ 'x-request-id': 'r' })),
    failing(Object.assign(new Error('busy'), { headers: new Headers({ 'retry-after': '2', 'x-request-id': 'r' }) })),
    failing(Object.assign(new Error('busy'), { headers: { 'retry-after': '3' } })),
  );
  expect(spans[9]).toMatchObject({ [`${PREFIX}retry-after`]: ['2'], [`${PREFIX}x-request-id`]: ['r'] });
  expect(spans[10]).toMatchObject({ [`${PREFIX}retry-after`]: ['3'] });
  expect(spans[10]).not.toHaveProperty([`${PREFIX}x-request-id`]);
});

it.each([
  ['without headers', new Error('busy')],
  ['with others than headers', Object.assign(new Error('busy'), { headers: 'none' })],
  ['that is none', 'busy'],
  ['that is nothing', undefined],
])('finds none in an error %s', async (_, error) => {
  const [attributes] = await spansOf(failing(error));
  expect(attributes).toMatchObject({ 'llm.outcome': 'error' });
  expect(Object.keys(attributes!).filter((name) => name.startsWith(PREFIX))).toEqual([]);
});

it('looks through all headers again after an error', async () => {
  const spans = await spansOf(
    ...Array.from({ length: 9 }, () => answering({})),
    failing(Object.assign(new Error('busy'), { headers: {} })),
    answering({ 'nvcf-reqid': 'n' }),
  );
  expect(spans[10]).toMatchObject({ [`${PREFIX}nvcf-reqid`]: ['n'] });
});

it('keeps the headers that came first where the body fails', async () => {
  const error = Object.assign(new Error('cut'), { headers: { 'x-request-id': 'other' } });
  const [attributes] = await spansOf(
    () =>
      new FakeApiPromise(Promise.resolve(createProps({ 'x-request-id': 'first' })), async () => {
        throw error;
      }),
  );
  expect(attributes).toMatchObject({ 'llm.outcome': 'error', [`${PREFIX}x-request-id`]: ['first'] });
});

it('measures a call whose headers fail', async () => {
  const telemetry = useTelemetry();
  const get = (): string => {
    throw new Error('no headers');
  };
  const props: FakeProps = { ...createProps(), response: { headers: { get } } };
  const client = createWrapped(telemetry, () => new FakeApiPromise(Promise.resolve(props), async () => STOP));
  expect(await client.chat.create({ model: 'fake-1' })).toBe(STOP);
  expect(onlySpan(telemetry).attributes).toMatchObject({ 'llm.outcome': 'ok' });
});

it('reads headers in either form', () => {
  const headers = new Headers({ one: '1' });
  expect(headersOf(headers)).toBe(headers);
  expect(headersOf({ one: '1' }).get('one')).toBe('1');
  expect(headersOf({ one: '1' }).get('two')).toBeNull();
});

it('measures a call whose headers fail once they are known', async () => {
  const telemetry = useTelemetry();
  const get = vi.fn((name: string) => {
    if (get.mock.calls.length > 100) throw new Error('no headers');
    return name === 'x-request-id' ? 'r' : null;
  });
  const props: FakeProps = { ...createProps(), response: { headers: { get } } };
  const client = createWrapped(telemetry, () => new FakeApiPromise(Promise.resolve(props), async () => STOP));
  const count = 20;
  for (let call = 0; call < count; call++) expect(await client.chat.create({ model: 'fake-1' })).toBe(STOP);
  const spans = telemetry.spans();
  expect(spans.map(({ attributes }) => attributes['llm.outcome'])).toEqual(Array(count).fill('ok'));
  expect(spans[0]!.attributes).toHaveProperty([`${PREFIX}x-request-id`]);
  expect(spans.at(-1)!.attributes).not.toHaveProperty([`${PREFIX}x-request-id`]);
});

it('says how many tools an answer called', async () => {
  const telemetry = useTelemetry();
  const result: MethodDescriptor['result'] = (facts) => {
    facts.toolCalls = new Set(['a', 'b']);
  };
  const methods = provider.methods.map((method) => ({ ...method, result }));
  const client = createWrapped(telemetry, async () => STOP, {}, { methods });
  await client.chat.create({ model: 'fake-1' });
  expect(onlySpan(telemetry).attributes).toMatchObject({ 'llm.tool_calls': 2 });
});
