import { diag } from '@opentelemetry/api';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ProviderDescriptor } from '../src/descriptor';
import { wrapClient } from '../src/wrap';
import { createFakeClient, provider } from './fake-sdk';
import { useTelemetry } from './measure';

let told: string[];

beforeEach(() => {
  told = [];
  const warn = (line: string): void => void told.push(line);
  diag.setLogger({ error: warn, warn, info: warn, debug: warn, verbose: warn }, { suppressOverrideMessage: true });
});

afterEach(() => diag.disable());

const RESULT = { end: 'stop' };

/** A provider with two methods and two ways to copy a client. */
const DESCRIPTOR: ProviderDescriptor = {
  ...provider,
  methods: [provider.methods[0]!, { ...provider.methods[0]!, resource: ['chat', 'deep'], method: 'parse' }],
  copies: ['withOptions', 'clone'],
};

const requests = async (telemetry: ReturnType<typeof useTelemetry>): Promise<number> =>
  telemetry.total('llm_requests_total');

class Chat {
  prefix = '';
  async create(request: { model?: string }): Promise<unknown> {
    return { ...RESULT, said: `${this.prefix}${request.model}` };
  }
}

describe('a wrapped method', () => {
  it('is called as it was, on its own resource, with all that it was given', async () => {
    const create = vi.fn(async function (this: unknown) {
      return this;
    });
    const client = { chat: { create } };
    wrapClient(client, DESCRIPTOR);
    const request = { model: 'fake-1' };
    expect(await (client.chat.create as (...args: unknown[]) => unknown)(request, { timeout: 5 })).toBe(client.chat);
    expect(create.mock.calls).toEqual([[request, { timeout: 5 }]]);
  });

  it('of a class stays off the list of own keys, and lets the prototype’s be replaced', async () => {
    const telemetry = useTelemetry();
    const client = wrapClient({ chat: new Chat() }, DESCRIPTOR, telemetry);
    expect(Object.keys(client.chat)).toEqual(['prefix']);
    expect(await client.chat.create({ model: 'a' })).toMatchObject({ said: 'a' });
    const spy = vi.spyOn(Chat.prototype, 'create').mockResolvedValue('mocked');
    expect(await client.chat.create({ model: 'b' })).toBe('mocked');
    spy.mockRestore();
    expect(await client.chat.create({ model: 'c' })).toMatchObject({ said: 'c' });
    expect(await requests(telemetry)).toBe(3);
  });

  it('that is an own property stays what it was otherwise', () => {
    const chat = Object.defineProperty({} as { create?: unknown }, 'create', {
      value: async () => RESULT,
      enumerable: true,
      writable: false,
      configurable: true,
    });
    wrapClient({ chat }, DESCRIPTOR);
    expect(Object.getOwnPropertyDescriptor(chat, 'create')).toMatchObject({
      enumerable: true,
      configurable: true,
      writable: true,
    });
  });

  it('may be replaced and deleted as before', async () => {
    const client = wrapClient({ chat: new Chat() }, DESCRIPTOR);
    expect(Object.getOwnPropertyDescriptor(client.chat, 'create')).toMatchObject({
      enumerable: false,
      configurable: true,
      writable: true,
    });
    Reflect.deleteProperty(client.chat, 'create');
    expect(client.chat.create).toBe(Chat.prototype.create);
  });

  it('has the properties of the method, a spy’s among them', async () => {
    const create = vi.fn(async () => RESULT);
    const client = wrapClient({ chat: { create } }, DESCRIPTOR);
    await client.chat.create();
    expect(client.chat.create).toHaveBeenCalledTimes(1);
    expect('mock' in client.chat.create).toBe(true);
    expect('nothing of the kind' in client.chat.create).toBe(false);
    expect(client.chat.create.name).toBe(create.name);
  });

  it('may lie deep, and one that is missing is no fault', async () => {
    const telemetry = useTelemetry();
    const parse = async (_: object) => RESULT;
    const client = wrapClient({ chat: { deep: { parse } } }, DESCRIPTOR, telemetry);
    await client.chat.deep.parse({});
    expect(await requests(telemetry)).toBe(1);
    expect(told).toEqual([]);
  });
});

describe('a client', () => {
  it('comes back as the same object', () => {
    const client = createFakeClient(async () => RESULT);
    expect(wrapClient(client, DESCRIPTOR)).toBe(client);
  });

  it('that is wrapped twice is counted once', async () => {
    const telemetry = useTelemetry();
    const client = createFakeClient(async () => RESULT);
    wrapClient(wrapClient(client, DESCRIPTOR, telemetry), DESCRIPTOR, telemetry);
    await client.chat.create({});
    expect(await requests(telemetry)).toBe(1);
  });

  it('that is wrapped twice is counted once, also with a spy put over it in between', async () => {
    const telemetry = useTelemetry();
    const client = wrapClient(
      createFakeClient(async () => RESULT),
      DESCRIPTOR,
      telemetry,
    );
    vi.spyOn(client.chat, 'create');
    wrapClient(client, DESCRIPTOR, telemetry);
    await client.chat.create({});
    expect(await requests(telemetry)).toBe(1);
  });

  it('that another copy of the package has wrapped is left as it is', async () => {
    const telemetry = useTelemetry();
    const client = wrapClient({ chat: new Chat() }, DESCRIPTOR, telemetry);
    vi.resetModules();
    const other = await import('../src/wrap');
    const { create } = client.chat;
    other.wrapClient(client, DESCRIPTOR, telemetry);
    expect(client.chat.create).toBe(create);
    await client.chat.create({});
    expect(await requests(telemetry)).toBe(1);
  });

  it('with nothing known on it gets one warning, with what was looked for', () => {
    const odd = { name: 'mistaken', chat: { deep: undefined } };
    expect(wrapClient(odd, { ...DESCRIPTOR, name: 'odd' })).toBe(odd);
    wrapClient({}, { ...DESCRIPTOR, name: 'odd' });
    expect(told).toEqual([
      '@grump/llm-otel-odd: the wrapped client has none of chat.create, chat.deep.parse; nothing will be measured; check what was passed to wrap',
    ]);
  });
});

describe('a copy of a client', () => {
  interface Copyable {
    readonly chat: Chat;
    withOptions(options: object): unknown;
    readonly clone?: string;
  }
  const createClient = (): Copyable => ({ chat: new Chat(), withOptions: () => createClient(), clone: 'no method' });

  it('is watched too, and so are its copies', async () => {
    const telemetry = useTelemetry();
    const client = wrapClient(createClient(), DESCRIPTOR, telemetry);
    const copy = client.withOptions({ timeout: 5 }) as Copyable;
    const second = copy.withOptions({}) as Copyable;
    for (const { chat } of [client, copy, second]) await chat.create({});
    expect(await requests(telemetry)).toBe(3);
    expect(client.clone).toBe('no method');
  });

  it('is made with what was given, and gone on with as it is', () => {
    const made = [{ chat: new Chat() }, null, undefined, 'text'];
    for (const one of made) {
      const withOptions = vi.fn(() => one);
      const client = wrapClient({ chat: new Chat(), withOptions }, DESCRIPTOR);
      const options = {};
      expect((client.withOptions as (options: object) => unknown)(options)).toBe(one);
      expect(withOptions).toHaveBeenCalledWith(options);
    }
    expect(told).toEqual([]);
  });
});

it('what the caller throws at once is thrown on, and counted', async () => {
  const telemetry = useTelemetry();
  const failure = new RangeError('wrong request');
  const client = wrapClient(
    createFakeClient(() => {
      throw failure;
    }),
    DESCRIPTOR,
    telemetry,
  );
  expect(() => client.chat.create({})).toThrow(failure);
  expect(await telemetry.total('llm_requests_total', { outcome: 'error', error_type: 'RangeError' })).toBe(1);
});
