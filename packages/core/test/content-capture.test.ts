import { SpanStatusCode } from '@opentelemetry/api';
import { describe, expect, it, vi } from 'vitest';
import type { ContentMapping } from '../src/content/mapping';
import type { CapturedContent, Message } from '../src/content/messages';
import type { ContentOptions } from '../src/content/options';
import type { WrapOptions } from '../src/options';
import { own } from '../src/own';
import {
  ANSWER,
  attributesOf,
  chunksOf,
  createClient,
  createLogs,
  INPUT,
  lazily,
  mapping,
  OUTPUT,
  parsed,
  read,
  SECRET,
  say,
  settled,
  useLines,
  VARIABLE,
} from './content-client';
import { createProps, FakeApiPromise } from './fake-api-promise';
import { FakeStream } from './fake-sdk';
import { useTelemetry } from './measure';

const lines = useLines();

describe('without being asked', () => {
  it.each([
    ['no option', {}],
    ['off', { content: 'off' }],
    ['an object without a mode', { content: { maxBytes: 100 } }],
  ] as [string, WrapOptions][])('(%s) content is nowhere', async (_, options) => {
    const client = await createClient(options);
    await client.call({ prompt: SECRET });
    await settled();
    expect(JSON.stringify(client.spans)).not.toContain('secret');
    expect(client.records).toEqual([]);
    expect(attributesOf(client)).not.toHaveProperty([INPUT]);
  });

  it('no mapping is loaded', async () => {
    const load = vi.fn(async () => mapping);
    const client = await createClient({}, { load });
    await client.call({ prompt: SECRET });
    expect(load).not.toHaveBeenCalled();
  });

  it('the option wins over the variable', async () => {
    vi.stubEnv(VARIABLE, 'SPAN_AND_EVENT');
    const client = await createClient({ content: 'off' });
    await client.call({ prompt: SECRET });
    expect(JSON.stringify([client.spans, client.records])).not.toContain('secret');
  });
});

describe('on the span and in the event', () => {
  it.each([
    ['span', { content: 'span' }, undefined, [true, false]],
    ['event', { content: 'event' }, undefined, [false, true]],
    ['both', { content: 'both' }, undefined, [true, true]],
    ['SPAN_ONLY', {}, 'SPAN_ONLY', [true, false]],
    ['EVENT_ONLY', {}, 'event_only', [false, true]],
    ['SPAN_AND_EVENT, with options', { content: { maxBytes: 5000 } }, 'SPAN_AND_EVENT', [true, true]],
  ] as [string, WrapOptions, string | undefined, boolean[]][])('%s', async (_, options, variable, expected) => {
    vi.stubEnv(VARIABLE, variable);
    const client = await createClient(options);
    await client.call({ prompt: SECRET });
    await settled();
    await client.call({ prompt: SECRET });
    const onSpans = client.spans.map(({ attributes }) => JSON.stringify(attributes).includes(SECRET));
    expect([onSpans[1], client.records.length === 2]).toEqual(expected);
    expect(lines).toEqual([]);
  });

  it('content is a string of JSON on the span and structured in the event', async () => {
    const client = await createClient({ content: 'both' });
    await settled();
    await client.call({ prompt: SECRET });
    const expected: Record<string, Message[]> = {
      [INPUT]: [say('user', SECRET)],
      [OUTPUT]: [say('assistant', ANSWER)],
    };
    for (const key of [INPUT, OUTPUT]) expect(parsed(attributesOf(client), key)).toEqual(expected[key]);
    expect(client.records).toMatchObject([
      { eventName: 'gen_ai.client.inference.operation.details', severityNumber: 5, attributes: expected },
    ]);
  });

  it("the event has the call's context, the time of its end, and the attributes of its span", async () => {
    const client = await createClient({ content: 'both' });
    await settled();
    const from = Date.now();
    await client.call({ prompt: SECRET, model: 'fake-1' });
    const { trace } = await import('@opentelemetry/api');
    const { context, timestamp, attributes } = client.records[0]!;
    expect(trace.getSpan(context)?.spanContext().traceId).toBe('1'.repeat(32));
    expect(timestamp[0] * 1000 + timestamp[1] / 1e6).toBeGreaterThanOrEqual(from - 1);
    expect(timestamp[0] * 1000 + timestamp[1] / 1e6).toBeLessThanOrEqual(Date.now() + 1);
    const content = { [INPUT]: expect.any(Array), [OUTPUT]: expect.any(Array) };
    expect(attributes).toEqual({ ...attributesOf(client), ...content });
    expect(attributes).toMatchObject({ 'gen_ai.request.model': 'fake-1', 'gen_ai.operation.name': 'chat' });
  });

  it('a stream is folded, also one that is broken off', async () => {
    const create = () => lazily(new FakeStream(() => chunksOf('Hel', 'lo', ' there')));
    const client = await createClient({ content: 'span' }, { create });
    await settled();
    await read(await client.call({ prompt: SECRET }));
    await read(await client.call({ prompt: SECRET }), 2);
    expect(parsed(attributesOf(client, 0), OUTPUT)).toEqual([say('assistant', 'Hello there')]);
    expect(parsed(attributesOf(client, 1), OUTPUT)).toEqual([say('assistant', 'Hello')]);
  });

  it('a call that fails has its request', async () => {
    const failure = new Error('refused');
    const client = await createClient({ content: 'both' }, { create: () => Promise.reject(failure) });
    await settled();
    await expect(client.call({ prompt: SECRET })).rejects.toBe(failure);
    expect(parsed(attributesOf(client), INPUT)).toEqual([say('user', SECRET)]);
    expect(attributesOf(client)).not.toHaveProperty([OUTPUT]);
    expect(client.records).toHaveLength(1);
  });
});

describe('the first call after wrapping', () => {
  it('has its content, though the module comes only after it began', async () => {
    const create = () => lazily(new FakeStream(() => chunksOf('one', 'two')));
    let loaded: (mapping: ContentMapping) => void = () => {};
    const load = () =>
      new Promise<ContentMapping>((resolve) => {
        loaded = resolve;
      });
    const client = await createClient({ content: 'span' }, { create, load });
    const stream = (await client.call({ prompt: SECRET })) as FakeStream;
    const iterator = stream[Symbol.asyncIterator]();
    await iterator.next();
    await settled();
    loaded(mapping);
    await settled();
    await iterator.next();
    await iterator.next();
    await iterator.next();
    expect(parsed(attributesOf(client), INPUT)).toEqual([say('user', SECRET)]);
    expect(parsed(attributesOf(client), OUTPUT)).toEqual([say('assistant', 'onetwo')]);
  });

  it('waits for the module with the end of its span, and no longer than it took', async () => {
    const load = async () => settled(150).then(() => mapping);
    const { tracerProvider, ...telemetry } = useTelemetry();
    const client = await createClient({ content: 'both', tracerProvider }, { load });
    await client.call({ prompt: SECRET });
    expect(telemetry.spans()).toEqual([]);
    expect(client.records).toEqual([]);
    await settled(200);
    expect(telemetry.spans()).toMatchObject([{ attributes: { 'llm.outcome': 'ok', [INPUT]: expect.any(String) } }]);
    expect(telemetry.spans()[0]!.durationSeconds).toBeLessThan(0.14);
    expect(client.records).toMatchObject([{ attributes: { [INPUT]: [say('user', SECRET)] } }]);
  });

  it.each([
    ['fails', async () => Promise.reject(new Error('refused')), 'ERROR'],
    [
      'throws',
      () => {
        throw new Error('refused');
      },
      'ERROR',
    ],
  ])('that %s at once has its status too', async (_, create, code) => {
    const { tracerProvider, ...telemetry } = useTelemetry();
    const client = await createClient({ content: 'span', tracerProvider }, { create });
    await expect(client.call({ prompt: SECRET })).rejects.toThrow('refused');
    await vi.waitFor(() => expect(telemetry.spans()).toHaveLength(1));
    expect(telemetry.spans()).toMatchObject([
      { status: { code }, attributes: { 'llm.outcome': 'error', [INPUT]: expect.any(String) } },
    ]);
  });

  it('goes without content when it says more than is remembered', async () => {
    const texts = Array.from({ length: 2000 }, () => 'x');
    const create = () => lazily(new FakeStream(() => chunksOf(...texts)));
    const client = await createClient(
      { content: 'event' },
      { create, load: async () => settled().then(() => mapping) },
    );
    await read(await client.call({ prompt: SECRET }));
    await settled();
    await settled();
    expect(client.records).toEqual([]);
  });

  it('goes without content when the module cannot be loaded, which is told once', async () => {
    const client = await createClient({ content: 'both' }, { load: () => Promise.reject(new Error('no such file')) });
    await client.call({ prompt: SECRET });
    await settled();
    await client.call({ prompt: SECRET });
    expect(client.spans.map(({ ends }) => ends)).toEqual([1, 1]);
    expect(JSON.stringify([client.spans, client.records])).not.toContain('secret');
    expect(lines).toEqual([expect.stringMatching(/loading content capture failed.*no such file/)]);
  });
});

describe('the redactor', () => {
  const redacting = async (redact: ContentOptions['redact'], options: ContentOptions = {}) => {
    const client = await createClient({ content: { mode: 'both', redact, ...options } });
    await settled();
    await client.call({ prompt: SECRET });
    return client;
  };

  it('sees structured messages before anything is written, once', async () => {
    const seen: unknown[] = [];
    await redacting((content) => {
      seen.push(structuredClone(content));
      return content;
    });
    expect(seen).toEqual([{ inputMessages: [say('user', SECRET)], outputMessages: [say('assistant', ANSWER)] }]);
  });

  it('changes what goes out, in place or by a copy', async () => {
    const inPlace = await redacting((content) => {
      for (const { parts } of content.inputMessages!) Object.assign(parts[0]!, { content: '[gone]' });
      return content;
    });
    const byCopy = await redacting(() => ({ inputMessages: [say('user', '[gone]')] }));
    for (const client of [inPlace, byCopy]) {
      expect(parsed(attributesOf(client), INPUT)).toEqual([say('user', '[gone]')]);
      expect(JSON.stringify([client.spans, client.records])).not.toContain(SECRET);
    }
    expect(JSON.stringify(inPlace.records)).toContain(ANSWER);
    expect(JSON.stringify(byCopy.records)).not.toContain(ANSWER);
  });

  it('comes before the cap, so that nothing is cut in half before it looks', async () => {
    const prompt = `${'x'.repeat(480)}${SECRET}${'x'.repeat(3000)}`;
    const hide = (text: string): string => text.replaceAll(SECRET, '');
    const redact = (content: CapturedContent) => JSON.parse(hide(JSON.stringify(content)));
    const client = await createClient({ content: { mode: 'span', redact, maxBytes: 600 } });
    await settled();
    await client.call({ prompt });
    const [message] = parsed(attributesOf(client), INPUT) as Message[];
    expect(message).toMatchObject({ parts: [{ content: expect.stringMatching(/^x+…\[truncated \d+ bytes\]$/) }] });
  });

  it('never saw half of a pattern that goes out, though a stream is cut before it looks', async () => {
    const texts = ['Y'.repeat(600), 'x'.repeat(390), SECRET, 'x'.repeat(500)];
    const create = () => lazily(new FakeStream(() => chunksOf(...texts)));
    const redact = (content: CapturedContent) =>
      JSON.parse(JSON.stringify(content).replaceAll(SECRET, '').replace(/Y+/, '').replace('x'.repeat(200), ''));
    const client = await createClient({ content: { mode: 'both', redact, maxBytes: 1000 } }, { create });
    await settled();
    await read(await client.call({ prompt: 'Hello?' }));
    const output = String(attributesOf(client)[OUTPUT]);
    expect(output).toMatch(/"x*…\[truncated \d+ bytes\]"/);
    expect(JSON.stringify(client.records)).not.toContain('the s');
  });

  it.each([
    [
      'throws',
      () => {
        throw new TypeError(`cannot read ${SECRET}`);
      },
      '@grump/llm-otel-core: the content redactor threw (TypeError)',
    ],
    [
      'throws no error',
      () => {
        throw SECRET;
      },
      'threw (string)',
    ],
    [
      'gives a promise',
      async () => {
        throw new Error(SECRET);
      },
      'must return the content',
    ],
    ['gives nonsense', () => 'everything', 'must return the content'],
    ['gives null', () => null, '@grump/llm-otel-core: the content redactor must return the content'],
  ] as [string, () => never, string][])('that %s lets nothing out, and is told of once', async (_, redact, told) => {
    const client = await redacting(redact);
    await client.call({ prompt: SECRET });
    await settled();
    expect(client.spans).toHaveLength(2);
    expect(JSON.stringify([client.spans, client.records, lines])).not.toContain('secret');
    expect(client.records).toEqual([]);
    expect(lines).toEqual([expect.stringContaining(told)]);
  });

  it('that gives undefined drops the content without a word', async () => {
    const client = await redacting(() => undefined);
    expect(JSON.stringify([client.spans, client.records])).not.toContain('secret');
    expect(lines).toEqual([]);
  });

  it('cannot smuggle code into what is written', async () => {
    const odd = {
      ...say('user', 'kept'),
      toJSON: () => ({ leaked: SECRET }),
      get more(): string {
        throw new Error('ran');
      },
    };
    const client = await redacting(() => ({ inputMessages: [odd], outputMessages: 'text' as never }));
    expect(parsed(attributesOf(client), INPUT)).toEqual([say('user', 'kept')]);
    expect(attributesOf(client)).not.toHaveProperty([OUTPUT]);
  });
});

describe('a request', () => {
  it('is read when the SDK has sent it, not before and not again', async () => {
    let answered: (text: string) => void = () => {};
    const props = createProps();
    const reads: string[] = [];
    const body = { prompt: SECRET };
    const request = new Proxy(body, {
      getOwnPropertyDescriptor: (target, key) => {
        if (key === 'prompt') reads.push(target.prompt);
        return Reflect.getOwnPropertyDescriptor(target, key);
      },
    });
    const text = new Promise<string>((resolve) => {
      answered = resolve;
    });
    const create = () =>
      new FakeApiPromise(
        settled().then(() => props),
        async () => ({ text: await text }),
      );
    const client = await createClient({ content: 'span' }, { create });
    await settled();
    const calling = client.call(request);
    expect(reads).toEqual([]);
    await settled();
    await settled();
    expect(reads).toEqual([SECRET]);
    body.prompt = 'changed by the caller';
    answered(ANSWER);
    await calling;
    expect(reads).toEqual([SECRET]);
    expect(parsed(attributesOf(client), INPUT)).toEqual([say('user', SECRET)]);
  });

  it('that is very long is shortened as soon as it is read', async () => {
    const seen: number[] = [];
    const redact = (content: CapturedContent) => {
      seen.push(JSON.stringify(content.inputMessages).length);
      return content;
    };
    const client = await createClient({ content: { mode: 'span', redact, maxBytes: 1000 } });
    await settled();
    await client.call({ prompt: 'x'.repeat(1_000_000) });
    expect(seen[0]).toBeLessThanOrEqual(8000);
    expect(String(attributesOf(client)[INPUT]).length).toBeLessThanOrEqual(1000);
    const [message] = parsed(attributesOf(client), INPUT) as { parts: { content: string }[] }[];
    const [, kept, omitted] = /^(x+)…\[truncated (\d+) bytes\]$/.exec(message!.parts[0]!.content)!;
    expect(kept!.length + Number(omitted)).toBe(1_000_000);
  });
});

describe('what nobody gets is not collected', () => {
  const spy = () => {
    const request = vi.fn(mapping.request);
    return { request, load: async (): Promise<ContentMapping> => ({ ...mapping, request }) };
  };

  it('for spans that are not sampled', async () => {
    const { request, load } = spy();
    const client = await createClient({ content: 'span' }, { load, sampled: false });
    await settled();
    await client.call({ prompt: SECRET });
    expect(request).not.toHaveBeenCalled();
  });

  it('for events that the logger does not want', async () => {
    const { request, load } = spy();
    const enabled = vi.fn(() => false);
    const { loggerProvider, records } = createLogs(enabled);
    const client = await createClient({ content: 'both', loggerProvider }, { load, sampled: false });
    await settled();
    await client.call({ prompt: SECRET });
    expect(enabled).toHaveBeenCalledWith({
      context: expect.anything(),
      severityNumber: 5,
      eventName: 'gen_ai.client.inference.operation.details',
    });
    expect(request).not.toHaveBeenCalled();
    expect(records).toEqual([]);
  });

  it('but events of unsampled calls go to a logger that wants them', async () => {
    const client = await createClient({ content: 'both' }, { sampled: false });
    await settled();
    await client.call({ prompt: SECRET });
    expect(client.records).toHaveLength(1);
    expect(JSON.stringify(client.spans)).not.toContain('secret');
  });

  it('without a logger provider events depend on the API, which has logs since 1.10', async () => {
    const client = await createClient({ content: 'both', loggerProvider: undefined });
    await settled();
    await client.call({ prompt: SECRET });
    await client.call({ prompt: SECRET });
    expect(parsed(attributesOf(client, 1), INPUT)).toEqual([say('user', SECRET)]);
    const skipped =
      process.env.OTEL_LEG === '2' ? [expect.stringContaining('content events need @opentelemetry/api 1.10')] : [];
    expect(lines).toEqual(skipped);
  });
});

describe('a fault in a mapping', () => {
  const faulty =
    (part: 'request' | 'result' | 'stream' | 'chunk' | 'messages') => async (): Promise<ContentMapping> => {
      const fail = (): never => {
        throw new Error('at fault');
      };
      const stream = { chunk: part === 'chunk' ? fail : () => {}, messages: part === 'messages' ? fail : () => [] };
      return { ...mapping, stream: () => stream, ...(part in mapping && { [part]: fail }) };
    };

  const told = {
    request: 'response headers',
    result: 'content',
    stream: 'content of a chunk',
    chunk: 'content of a chunk',
    messages: 'content',
  };

  it.each(['request', 'result', 'stream', 'chunk', 'messages'] as const)(
    '(%s) leaves the call as it is',
    async (part) => {
      const create = () =>
        lazily(part === 'request' || part === 'result' ? { text: ANSWER } : new FakeStream(() => chunksOf('x')));
      const client = await createClient({ content: 'span' }, { load: faulty(part), create });
      await settled();
      const result = await client.call({ prompt: SECRET });
      if (result instanceof FakeStream) await read(result);
      else expect(result).toEqual({ text: ANSWER });
      expect(attributesOf(client)).toMatchObject({ 'llm.outcome': 'ok' });
      expect(lines).toEqual([expect.stringContaining(`-core: ${told[part]} failed and was left out`)]);
      expect(own(attributesOf(client), 'otel.status_code')).not.toBe(SpanStatusCode.ERROR);
    },
  );
});
