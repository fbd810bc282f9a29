import { describe, expect, it } from 'vitest';
import { withRejections } from '../../testing/src/conformance/rejections.ts';
import { createProps, FakeApiPromise, type FakeProps } from './fake-api-promise';
import { type FakeChunk, FakeStream } from './fake-sdk';
import { createWrapped, figures, useTelemetry } from './measure';

type Transform = (data: unknown, props: FakeProps) => unknown;
type Parse = (client: unknown, props: FakeProps) => Promise<unknown>;

/** A promise of the newer SDKs: it says who waits for it, and what it derives parses by a function of its own. */
class DerivingPromise extends FakeApiPromise<unknown> {
  parsedPromise: unknown;
  _thenUnwrap: (transform: Transform) => DerivingPromise;

  constructor(response: Promise<FakeProps>, parse: Parse) {
    super(response, parse);
    this._thenUnwrap = (transform) =>
      new DerivingPromise(response, async (client, props) => transform(await parse(client, props), props));
  }

  // biome-ignore lint/suspicious/noThenProperty: a promise of its own is what is faked.
  override then<Result = unknown, Failure = never>(
    ...handlers: Parameters<typeof FakeApiPromise.prototype.then<Result, Failure>>
  ): Promise<Result | Failure> {
    this.parsedPromise ??= {};
    return super.then(...handlers);
  }
}

async function* serve(): AsyncGenerator<FakeChunk> {
  yield { kind: 'text' };
  yield { end: 'stop', usage: { input: 3, output: 2 } };
}

function start(parse: () => unknown = () => ({ usage: { input: 3, output: 2 } })) {
  const telemetry = useTelemetry();
  const props = createProps({ 'x-ratelimit-remaining-requests': '5' });
  let arrive: (props: FakeProps) => void = () => {};
  const response = new Promise<FakeProps>((resolve) => {
    arrive = resolve;
  });
  const client = createWrapped(telemetry, () => new DerivingPromise(response, async () => parse()));
  return {
    props,
    promise: client.chat.create({ model: 'fake-1' }),
    arrive: () => arrive(props),
    measured: async () => figures(await telemetry.metrics()),
  };
}

const ONCE = { outcomes: { ok: 1 }, inFlight: 0, tokens: { input: 3, output: 2 } };
const isAccessor = (props: FakeProps): boolean => Object.getOwnPropertyDescriptor(props, 'response')!.get !== undefined;

describe('a promise that was derived', () => {
  it('has what the transform makes of data and response, and is the call', async () => {
    const { promise, props, arrive, measured } = start();
    const seen: unknown[] = [];
    const derived = promise._thenUnwrap((...values) => {
      seen.push(...values);
      return 'transformed';
    });
    arrive();
    expect(await derived).toBe('transformed');
    expect(seen).toEqual([{ usage: { input: 3, output: 2 } }, props]);
    expect(await measured()).toMatchObject(ONCE);
  });

  it('may be of a stream, which is then measured', async () => {
    const { promise, arrive, measured } = start(() => new FakeStream(serve));
    const derived = promise._thenUnwrap((stream) => ({ stream }));
    arrive();
    const { stream } = (await derived) as { stream: FakeStream };
    expect((await measured()).outcomes).toEqual({});
    for await (const _ of stream);
    expect(await measured()).toMatchObject({ ...ONCE, firstToken: expect.any(Number) });
  });

  it('and the one that it was derived from, and others, are one call', async () => {
    const { promise, arrive, measured } = start();
    const derived = promise._thenUnwrap(() => 'first');
    const further = [promise._thenUnwrap(() => 'second'), derived._thenUnwrap((data) => `${data}, again`)];
    arrive();
    expect(await Promise.all([promise, derived, ...further])).toEqual([
      { usage: { input: 3, output: 2 } },
      'first',
      'second',
      'first, again',
    ]);
    expect(await measured()).toMatchObject(ONCE);
  });

  it('fails with the call, of which one rejection is unhandled where nobody waits', async () => {
    const failure = new RangeError('the server failed');
    const telemetry = useTelemetry();
    const answer = () => new DerivingPromise(Promise.reject(failure), async () => ({}));
    const { rejections } = await withRejections(async () => {
      const promise = createWrapped(telemetry, answer).chat.create({});
      await expect(promise._thenUnwrap(() => 'never')).rejects.toBe(failure);
    });
    expect(rejections).toEqual([]);
    expect(figures(await telemetry.metrics()).outcomes).toEqual({ error: 1 });
  });

  it('that cannot be made of the data fails, and the call does not', async () => {
    const { promise, arrive, measured } = start();
    const failure = new SyntaxError('no JSON');
    const derived = promise._thenUnwrap(() => {
      throw failure;
    });
    arrive();
    await expect(derived).rejects.toBe(failure);
    expect((await measured()).outcomes).toEqual({ ok: 1 });
  });
});

describe('the response of a call', () => {
  it('is left alone where somebody waits for the body when it comes', async () => {
    const { promise, props, arrive } = start();
    const result = promise.then((value) => value);
    arrive();
    await promise.responsePromise;
    expect(isAccessor(props)).toBe(false);
    await result;
    expect(isAccessor(props)).toBe(false);
  });

  it.each([1, 2])('is left alone where somebody waits for what was derived (%d times)', async (times) => {
    const { promise, props, arrive } = start();
    const derived = Array.from({ length: times }, () => promise._thenUnwrap(() => 'derived'));
    const result = derived.at(-1)!.then((value) => value);
    arrive();
    await promise.responsePromise;
    expect(isAccessor(props)).toBe(false);
    expect(await result).toBe('derived');
  });

  it('ends the call where it is read and nobody waits for the body', async () => {
    const { promise, props, arrive, measured } = start();
    promise._thenUnwrap(() => 'derived');
    const { response } = props;
    arrive();
    expect(await promise.asResponse()).toBe(response);
    await Promise.resolve();
    expect(isAccessor(props)).toBe(false);
    expect((await measured()).outcomes).toEqual({ ok: 1 });
  });

  it('is the SDK’s again when the body is waited for later', async () => {
    const { promise, props, arrive, measured } = start();
    const { response } = props;
    arrive();
    await promise.responsePromise;
    expect(isAccessor(props)).toBe(true);
    expect(await promise).toEqual({ usage: { input: 3, output: 2 } });
    expect(Object.getOwnPropertyDescriptor(props, 'response')).toEqual({
      value: response,
      writable: true,
      enumerable: true,
      configurable: true,
    });
    expect(await measured()).toMatchObject(ONCE);
  });

  it('may be replaced meanwhile', async () => {
    const { promise, props, arrive, measured } = start();
    arrive();
    await promise.responsePromise;
    const other = createProps().response;
    props.response = other;
    expect(props.response).toBe(other);
    expect((await measured()).outcomes).toEqual({});
  });

  it('is a property that is listed meanwhile', async () => {
    const { promise, props, arrive } = start();
    arrive();
    await promise.responsePromise;
    expect(Object.keys(props)).toContain('response');
    expect(Object.getOwnPropertyDescriptor(props, 'response')).toMatchObject({ configurable: true });
  });
});
