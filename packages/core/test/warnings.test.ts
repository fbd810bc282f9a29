import { type Context, context, diag, type TracerProvider } from '@opentelemetry/api';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { MethodDescriptor, ProviderDescriptor } from '../src/descriptor';
import type { WrapOptions } from '../src/options';
import type { CallFacts } from '../src/types';
import { createCountingTracer } from './counting-tracer';
import { createProps, FakeApiPromise, type FakeProps } from './fake-api-promise';
import { createFakeClient, FakeStream, provider } from './fake-sdk';
import { useTelemetry } from './measure';

let told: string[];

beforeEach(() => {
  vi.resetModules();
  told = [];
  const warn = (line: string): void => void told.push(line);
  diag.setLogger({ error: warn, warn, info: warn, debug: warn, verbose: warn }, { suppressOverrideMessage: true });
});

afterEach(() => {
  diag.disable();
  context.disable();
});

const fail = (): never => {
  throw new Error('a fault');
};
const poisoned = (): object => new Proxy({}, { get: fail });

const bound = (target: object, key: string): unknown => {
  const value: unknown = Reflect.get(target, key);
  return typeof value === 'function' ? value.bind(target) : value;
};

async function* serve() {
  yield { kind: 'text' } as const;
  yield { end: 'stop' } as const;
}

interface Fault {
  readonly answer?: () => unknown;
  readonly options?: WrapOptions;
  readonly descriptor?: Partial<ProviderDescriptor>;
  readonly method?: Partial<MethodDescriptor>;
}

const stream = async (): Promise<FakeStream> => new FakeStream(serve);
const lazily = (props: object, parse: () => unknown = async () => ({})) =>
  new FakeApiPromise(Promise.resolve({ ...createProps(), ...props } as FakeProps), parse as () => Promise<unknown>);
const spanWith = (members: object): TracerProvider => {
  const tracer = createCountingTracer().tracerProvider.getTracer('');
  const startSpan = (...args: Parameters<typeof tracer.startSpan>) => Object.assign(tracer.startSpan(...args), members);
  return { getTracer: () => ({ startSpan }) as never };
};
const withUsage = (usage: object) => ({ result: (facts: CallFacts): void => void Object.assign(facts, { usage }) });

/** A context manager that cannot. */
const noContext = { active: () => context.active(), with: fail, bind: fail, enable: fail, disable: () => noContext };

/** What fails, and the parts that say so. */
const FAULTS: Readonly<Record<string, [Fault, string[]]>> = {
  'the model cannot be read': [{ method: { model: fail } }, ['the model']],
  'a chunk cannot be read': [{ answer: stream, method: { chunk: fail } }, ['a chunk']],
  'a result cannot be read': [{ method: { result: fail } }, ['a result']],
  'headers cannot be read': [{ answer: () => lazily({ response: { headers: { get: fail } } }) }, ['response headers']],
  'a response cannot be looked at': [
    {
      answer: () => {
        const props = Object.defineProperty(createProps(), 'controller', { get: fail });
        return new FakeApiPromise(Promise.resolve(props), async () => ({}));
      },
    },
    ['response headers'],
  ],
  'what a method gives cannot be looked at': [{ answer: poisoned }, ['following a call']],
  'an iterator cannot be looked at': [
    { answer: async () => new FakeStream(() => new Proxy(serve(), { getPrototypeOf: fail, get: bound }) as never) },
    ['tapping a stream'],
  ],
  'an error cannot be read': [{ answer: () => Promise.reject(poisoned()) }, ['an error', 'response headers']],
  'a signal cannot be read': [
    {
      answer: async () => {
        async function* empty() {}
        return Object.assign(new FakeStream(empty), { controller: { signal: poisoned() } });
      },
    },
    ['a signal'],
  ],
  'a step cannot be read': [
    {
      answer: async () => {
        const step = Object.defineProperty({}, 'done', { get: fail });
        return new FakeStream(() => ({ next: async () => step }) as never);
      },
    },
    ['a step of a stream'],
  ],
  'a stream cannot be tapped': [{ answer: async () => Object.freeze(new FakeStream(serve)) }, ['a result']],
  'a span cannot be started': [{ options: { tracerProvider: { getTracer: fail } } }, ['starting a span']],
  'a span cannot be described': [
    { options: { tracerProvider: spanWith({ setStatus: fail }) }, answer: () => Promise.reject(new Error('x')) },
    ['describing a span'],
  ],
  'a span cannot be ended': [{ options: { tracerProvider: spanWith({ end: fail }) } }, ['recordSpan']],
  'there is no meter': [{ options: { meterProvider: { getMeter: fail } } }, ['a meter provider']],
  'there are no instruments': [
    { options: { meterProvider: { getMeter: () => ({}) as never } } },
    ['making instruments', 'recording a value'],
  ],
  'the destination cannot be read': [{ descriptor: { destination: fail } }, ['starting a call']],
  'a usage cannot be read': [{ method: withUsage(poisoned()) }, ['recordUsage', 'recordGenAi', 'recordServer']],
};

it('a stream without a signal that ends too soon is no fault', async () => {
  const { wrapClient } = await import('../src/wrap');
  async function* empty() {}
  const stream = new FakeStream(empty);
  Object.assign(stream, { controller: undefined });
  const telemetry = useTelemetry();
  for await (const _ of await wrapClient(
    createFakeClient(async () => stream),
    provider,
    telemetry,
  ).chat.create({}));
  expect(await telemetry.total('llm_requests_total', { outcome: 'truncated' })).toBe(1);
  expect(told).toEqual([]);
});

it('a result that is folded by a promise is told of', async () => {
  const { wrapClient } = await import('../src/wrap');
  const methods = [{ ...provider.methods[0]!, result: (async () => {}) as () => never }];
  await wrapClient(
    createFakeClient(async () => ({})),
    { ...provider, methods },
  ).chat.create({});
  expect(told).toEqual([
    '@grump/llm-otel-core: a result gave a promise, which is not waited for; give the value itself',
  ]);
});

it('an event that cannot be counted is told of', async () => {
  const { createObserver } = await import('../src/observer');
  let fails = false;
  const meterProvider = useTelemetry().meterProvider;
  const broken = { getMeter: (...args: [string]) => (fails ? fail() : meterProvider.getMeter(...args)) };
  const options = {
    get meterProvider() {
      return fails ? fail() : broken;
    },
  };
  const call = createObserver({}, provider, options)(provider.methods[0]!, {})!;
  call.arrived({ kind: 'text' });
  fails = true;
  call.arrived({ kind: 'text' });
  fails = false;
  call.exhausted();
  expect(told).toEqual(['@grump/llm-otel-core: an event failed and was left out; please report this']);
});

it.each(Object.entries(FAULTS))('where %s, the part that failed is named, once', async (_, [fault, parts]) => {
  const { wrapClient } = await import('../src/wrap');
  const { meterProvider } = useTelemetry();
  const { answer = async () => ({}), options, descriptor, method } = fault;
  const methods = [{ ...provider.methods[0]!, ...method }];
  for (let time = 0; time < 2; time++) {
    const client = wrapClient(
      createFakeClient(answer),
      { ...provider, ...descriptor, methods },
      { meterProvider, ...options },
    );
    try {
      const value = await client.chat.create({ model: 'fake-1' });
      if (value instanceof FakeStream) for await (const _ of value);
    } catch {}
  }
  expect(told).toEqual(
    parts.map((part) => `@grump/llm-otel-core: ${part} failed and was left out; please report this`),
  );
});

it('where the context cannot be set, that is told, and the call goes on', async () => {
  const { wrapClient } = await import('../src/wrap');
  const active = context.active();
  context.setGlobalContextManager({ ...noContext, active: (): Context => active } as never);
  const client = wrapClient(
    createFakeClient(async () => 'done'),
    provider,
  );
  expect(await client.chat.create({})).toBe('done');
  expect(told).toEqual(['@grump/llm-otel-core: the context failed and was left out; please report this']);
});

it('a client that cannot be looked at is told of, and comes back', async () => {
  const { wrapClient } = await import('../src/wrap');
  const client = poisoned();
  expect(wrapClient(client, provider)).toBe(client);
  expect(told).toEqual(['@grump/llm-otel-core: wrapping a client failed and was left out; please report this']);
});

it('a call that gives no promise is told of, with its operation', async () => {
  const details: unknown[][] = [];
  const warn = (...line: unknown[]): void => void details.push(line);
  diag.setLogger({ error: warn, warn, info: warn, debug: warn, verbose: warn }, { suppressOverrideMessage: true });
  const { wrapClient } = await import('../src/wrap');
  const client = wrapClient(
    createFakeClient(() => 'at once'),
    provider,
  );
  expect(client.chat.create({})).toBe('at once');
  expect(details).toEqual([['@grump/llm-otel-core: a call returned no promise; only its start is measured', 'chat']]);
});
