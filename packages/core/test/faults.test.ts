import { type Context, type ContextManager, context, createContextKey, diag, ROOT_CONTEXT } from '@opentelemetry/api';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { withRejections } from '../../testing/src/conformance/rejections.ts';
import type { MethodDescriptor, ProviderDescriptor } from '../src/descriptor';
import type { WrapOptions } from '../src/options';
import { createCountingTracer } from './counting-tracer';
import { createProps, FakeApiPromise } from './fake-api-promise';
import { createFakeClient, type FakeChunk, FakeStream, provider } from './fake-sdk';
import { useTelemetry } from './measure';

const CHUNKS: readonly FakeChunk[] = [
  { kind: 'text' },
  { kind: 'text' },
  { end: 'stop', usage: { input: 1, output: 2 } },
];
const RESULT = { end: 'stop', usage: { input: 1, output: 2 } };
const FAILURE = new RangeError('the server failed');
const IN_APPLICATION = createContextKey('of the application');

async function* serve(chunks: readonly (FakeChunk | Error)[]): AsyncGenerator<FakeChunk, void> {
  for (const chunk of chunks) {
    if (chunk instanceof Error) throw chunk;
    yield chunk;
  }
}

/** What the server answers, and how the context was there. */
const ANSWERS: Readonly<Record<string, () => unknown>> = {
  result: async () => RESULT,
  failure: async () => Promise.reject(FAILURE),
  throws: () => {
    throw FAILURE;
  },
  stream: async () => new FakeStream(() => serve(CHUNKS)),
  'failing stream': async () => new FakeStream(() => serve([CHUNKS[0]!, FAILURE])),
  'lazy result': () => new FakeApiPromise(Promise.resolve(createProps()), async () => RESULT),
  'lazy stream': () =>
    new FakeApiPromise(Promise.resolve(createProps()), async () => new FakeStream(() => serve(CHUNKS))),
};

type Client = ReturnType<typeof createFakeClient<unknown>>;
interface Request {
  readonly model: string;
}

/** A client that answers as the request's model says, and notes whether it runs in the application's context. */
function createClient(seen: unknown[]): Client {
  return createFakeClient((request) => {
    seen.push(quiet(() => context.active().getValue(IN_APPLICATION)));
    return ANSWERS[(request as Request).model]!();
  });
}

function quiet(read: () => unknown): unknown {
  try {
    return read();
  } catch {
    return undefined;
  }
}

/** Uses a client in every way and lists what its caller saw. */
async function useAll(client: Client, seen: unknown[]): Promise<void> {
  for (const model of Object.keys(ANSWERS)) {
    for (const leaveAfter of [1, Number.POSITIVE_INFINITY])
      await look(() => client.chat.create({ model }), leaveAfter, seen);
  }
}

async function look(call: () => unknown, leaveAfter: number, seen: unknown[]): Promise<void> {
  try {
    const value = await call();
    if (!(value instanceof FakeStream)) return void seen.push(value);
    let read = 0;
    for await (const chunk of value) {
      seen.push(chunk);
      if (++read === leaveAfter) break;
    }
  } catch (error) {
    seen.push(error);
  }
}

/** The very same, not only alike. */
function expectSame(wrapped: readonly unknown[], bare: readonly unknown[]): void {
  expect(wrapped).toEqual(bare);
  expect(wrapped.map((one, index) => Object.is(one, bare[index]))).toEqual(bare.map(() => true));
}

const fail = (): never => {
  throw new Error('a fault of telemetry');
};
const failLater = (): Promise<never> => Promise.reject(new Error('a fault of telemetry'));
const never = (): Promise<never> => new Promise(() => {});
const nonsense = <Value>(value: unknown = undefined) => (() => value) as () => Value;

/** An object of which these members are faulty and the rest is as it was. */
function faulty<Target extends object>(target: Target, members: Readonly<Record<string, unknown>>): Target {
  return new Proxy(target, {
    get(_, key) {
      if (key in members) return members[key as string];
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

interface Fault {
  readonly options?: (sound: Sound) => WrapOptions;
  readonly descriptor?: Partial<ProviderDescriptor>;
  readonly method?: Partial<MethodDescriptor>;
  readonly install?: () => void;
  readonly warned: boolean;
  /** The fault is such that no span can be ended. */
  readonly unended?: boolean;
}

type Sound = Required<Pick<WrapOptions, 'meterProvider' | 'tracerProvider'>>;

const meter =
  (members: object) =>
  ({ meterProvider }: Sound): WrapOptions => ({
    meterProvider: faulty(meterProvider, {
      getMeter: (...args: [string]) => faulty(meterProvider.getMeter(...args), members as Record<string, unknown>),
    }),
  });
const tracer =
  (members: object) =>
  ({ tracerProvider }: Sound): WrapOptions => ({
    tracerProvider: faulty(tracerProvider, {
      getTracer: () => faulty(tracerProvider.getTracer('x'), members as Record<string, unknown>),
    }),
  });
const span =
  (members: object) =>
  (sound: Sound): WrapOptions =>
    tracer({
      startSpan: (...args: [string]) =>
        faulty(sound.tracerProvider.getTracer('x').startSpan(...args), members as Record<string, unknown>),
    })(sound);

let active: Context = ROOT_CONTEXT;

/** A context manager that works, but for these members. */
class Manager implements ContextManager {
  active(): Context {
    return active;
  }
  with<Args extends unknown[], F extends (...args: Args) => ReturnType<F>>(
    to: Context,
    run: F,
    self?: ThisParameterType<F>,
    ...args: Args
  ): ReturnType<F> {
    const before = active;
    active = to;
    try {
      return run.call(self, ...args);
    } finally {
      active = before;
    }
  }
  bind<Target>(_: Context, target: Target): Target {
    return target;
  }
  enable(): this {
    return this;
  }
  disable(): this {
    return this;
  }
}

/** Runs what it is given, and then does something of its own. */
const after = (sound: ContextManager, then: () => unknown): ContextManager['with'] =>
  ((to: Context, run: () => unknown) => {
    sound.with(to, run);
    return then();
  }) as ContextManager['with'];

const manager = (members: (sound: ContextManager) => Partial<ContextManager>) => () => {
  const sound = new Manager();
  context.disable();
  context.setGlobalContextManager(Object.assign(new Manager(), members(sound)));
};

const FAULTS: Readonly<Record<string, Fault>> = {
  'nothing (to compare with)': { warned: false },
  'getMeter() throws': {
    options: ({ meterProvider }) => ({ meterProvider: faulty(meterProvider, { getMeter: fail }) }),
    warned: true,
  },
  'getMeter() gives nothing': {
    options: ({ meterProvider }) => ({ meterProvider: faulty(meterProvider, { getMeter: nonsense() }) }),
    warned: true,
  },
  'createHistogram() throws': { options: meter({ createHistogram: fail }), warned: true },
  'createHistogram() gives nothing': { options: meter({ createHistogram: nonsense() }), warned: true },
  'createObservableCounter() throws': { options: meter({ createObservableCounter: fail }), warned: true },
  'addCallback() throws': { options: meter({ createObservableGauge: nonsense({ addCallback: fail }) }), warned: true },
  'record() throws': { options: meter({ createHistogram: nonsense({ record: fail }) }), warned: true },
  'getTracer() throws': { options: () => ({ tracerProvider: { getTracer: fail } }), warned: true },
  'getTracer() gives nothing': { options: () => ({ tracerProvider: { getTracer: nonsense() } }), warned: true },
  'startSpan() throws': { options: tracer({ startSpan: fail }), warned: true },
  'startSpan() gives nothing': { options: tracer({ startSpan: nonsense() }), warned: true },
  'isRecording() throws': { options: span({ isRecording: fail }), warned: true },
  'setAttribute() throws': { options: span({ setAttribute: fail }), warned: true },
  'setStatus() throws': { options: span({ setStatus: fail }), warned: true },
  'end() throws': { options: span({ end: fail }), unended: true, warned: true },
  'active() throws': { install: manager(() => ({ active: fail })), warned: true },
  'active() gives nothing': { install: manager(() => ({ active: nonsense() })), warned: true },
  'with() throws': { install: manager(() => ({ with: fail })), warned: true },
  'with() throws when all is done': {
    install: manager((sound) => ({
      with: after(sound, fail),
    })),
    warned: true,
  },
  'with() gives something else': {
    install: manager((sound) => ({
      with: after(sound, nonsense('something else')),
    })),
    warned: false,
  },
  'pricing throws': { options: () => ({ pricing: fail }), warned: true },
  'pricing rejects': { options: () => ({ pricing: failLater as never }), warned: true },
  'pricing hangs': { options: () => ({ pricing: never as never }), warned: true },
  'pricing gives NaN': { options: () => ({ pricing: nonsense(Number.NaN) }), warned: false },
  'pricing gives Infinity': { options: () => ({ pricing: nonsense(Number.POSITIVE_INFINITY) }), warned: false },
  'pricing gives what nobody has': { options: () => ({ pricing: nonsense(1e300) }), warned: true },
  'pricing gives less than nothing': { options: () => ({ pricing: nonsense(-1) }), warned: false },
  'pricing gives text': { options: () => ({ pricing: nonsense('$5') }), warned: false },
  'destination() throws': { descriptor: { destination: fail }, warned: true },
  'destination() gives nothing': { descriptor: { destination: nonsense() }, warned: true },
  'destination() gives no URL': {
    descriptor: { destination: nonsense({ provider: 'x', baseURL: 'no URL' }) },
    warned: false,
  },
  'spanAttributes() throws': { descriptor: { spanAttributes: fail }, warned: true },
  'spanAttributes() gives text': { descriptor: { spanAttributes: nonsense('text') }, warned: false },
  'model() throws': { method: { model: fail }, warned: true },
  'model() gives an object': { method: { model: nonsense({}) }, warned: false },
  'attributes() throws': { method: { attributes: fail }, warned: true },
  'attributes() gives nothing': { method: { attributes: nonsense() }, warned: false },
  'chunk() throws': { method: { chunk: fail }, warned: true },
  'chunk() gives text': { method: { chunk: nonsense('text') }, warned: false },
  'result() throws': { method: { result: fail }, warned: true },
  'result() rejects': { method: { result: failLater as never }, warned: true },
};

/** Another copy of the package: each says a warning once. */
async function loadWrap(): Promise<typeof import('../src/wrap')> {
  vi.resetModules();
  return import('../src/wrap');
}

function collectWarnings(warn: (line: string) => void = () => {}): string[] {
  const warnings: string[] = [];
  const record = (line: string): void => {
    warnings.push(line);
    warn(line);
  };
  const logger = { error: fail, info: fail, debug: fail, verbose: fail };
  diag.setLogger({ ...logger, warn: record }, { suppressOverrideMessage: true });
  return warnings;
}

beforeEach(() => {
  active = ROOT_CONTEXT.setValue(IN_APPLICATION, true);
  context.disable();
  context.setGlobalContextManager(new Manager());
});

afterEach(() => {
  diag.disable();
  context.disable();
});

/** Plays everything bare and wrapped, twice, with the fault in place. */
async function expectUnseen(fault: Fault, warn?: (line: string) => void) {
  const { wrapClient } = await loadWrap();
  const telemetry = useTelemetry();
  const { spans, tracerProvider } = createCountingTracer();
  const options = { meterProvider: telemetry.meterProvider, tracerProvider };
  const descriptor = {
    ...provider,
    ...fault.descriptor,
    methods: provider.methods.map((one) => ({ ...one, ...fault.method })),
  };
  const bare: unknown[] = [];
  const wrapped: unknown[] = [];
  fault.install?.();
  const warnings = collectWarnings(warn);
  const plain = createClient(bare);
  const watched = wrapClient(createClient(wrapped), descriptor, { ...options, ...fault.options?.(options) });
  const { rejections } = await withRejections(async () => {
    for (const [client, seen] of [
      [plain, bare],
      [watched, wrapped],
    ] as const) {
      for (let time = 0; time < 2; time++) await useAll(client, seen);
    }
  });
  expectSame(wrapped, bare);
  expect(rejections).toEqual([]);
  return { telemetry, spans, warnings };
}

describe('the caller sees nothing of a fault, and diag tells of it once, when', () => {
  it.each(Object.entries(FAULTS))('%s', async (_, fault) => {
    const { warnings, spans, telemetry } = await expectUnseen(fault);
    expect(warnings).toEqual(fault.warned ? [...new Set(warnings)].slice(0, 2) : []);
    if (fault.warned) expect(warnings).not.toEqual([]);
    if (!fault.unended) expect(spans.map(({ ends }) => ends)).toEqual(spans.map(() => 1));
    expect(await telemetry.total('llm_requests_in_flight')).toBe(0);
  });

  it('the logger throws as well', async () => {
    const { warnings } = await expectUnseen(FAULTS['pricing throws']!, fail);
    expect(warnings).toHaveLength(1);
  });
});
