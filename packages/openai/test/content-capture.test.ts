import { type CapturedContent, SCOPE_NAME } from '@grump/llm-otel-core';
import { createTelemetry, startMockNim } from '@grump/llm-otel-testing';
import * as api from '@opentelemetry/api';
import OpenAI from 'openai';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { type WrapOpenAIOptions, wrapOpenAI } from '../src/index';
import { contentOf, QUESTION, useCaptured } from './captured';

const SECRET = 'the secret of the prompt';
const ANSWER = 'the secret of the answer';
const request = () => ({ model: 'fake-1', messages: [{ role: 'user' as const, content: SECRET }] });
const isSdk3 = process.env.OTEL_LEG !== '2';

afterEach(() => vi.unstubAllEnvs());

describe('content is off', () => {
  it.each([
    ['by default', {}, undefined],
    ['by the option, whatever the variable says', { content: 'off' }, 'SPAN_AND_EVENT'],
    ['by the variable', {}, 'NO_CONTENT'],
  ] as [string, WrapOpenAIOptions, string | undefined][])(
    '%s: it is in no span and no metric',
    async (_, options, variable) => {
      vi.stubEnv('OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT', variable);
      const nim = await startMockNim({
        respond: { tokens: [ANSWER], toolCalls: [{ name: 'f', arguments: `{"a":"${ANSWER}"}` }] },
      });
      const { meterProvider, tracerProvider, ...telemetry } = createTelemetry();
      onTestFinished(() => Promise.all([nim.close(), telemetry.shutdown()]).then(() => {}));
      const client = new OpenAI({ apiKey: 'test', baseURL: nim.baseURL, maxRetries: 0 });
      wrapOpenAI(client, { meterProvider, tracerProvider, ...options });
      await client.chat.completions.create(request());
      for await (const _ of await client.chat.completions.create({ ...request(), stream: true }));
      const all = JSON.stringify([telemetry.spans(), await telemetry.metrics()]);
      expect(telemetry.spans()).toHaveLength(2);
      expect(all).toContain('fake-1');
      expect(all).not.toContain('secret');
      expect(all).not.toContain('gen_ai.input.messages');
    },
  );
});

describe("the caller's objects", () => {
  it('are read by nobody but the SDK: getters and toJSON run as often as without a wrap', async () => {
    const runs = { getter: 0, json: 0 };
    const odd = {
      model: 'fake-1',
      messages: [
        { role: 'user', content: SECRET },
        {
          role: 'user',
          get content() {
            runs.getter += 1;
            return 'computed';
          },
        },
        {
          toJSON: () => {
            runs.json += 1;
            return { role: 'user', content: 'made' };
          },
        },
      ],
    };
    const { client, capture } = await useCaptured();
    const bare = new OpenAI({ apiKey: 'test', baseURL: client.baseURL, maxRetries: 0 });
    await bare.chat.completions.create(odd as never);
    const once = { ...runs };
    const { input } = await capture(odd);
    expect(runs).toEqual({ getter: once.getter * 2, json: once.json * 2 });
    expect(input.map(({ parts }) => parts)).toEqual([[{ type: 'text', content: SECRET }], [], []]);
  });

  it('may change while the answer comes, and frozen ones are fine', async () => {
    const { client, answerWith, spans } = await useCaptured();
    answerWith({ tokens: ['a', 'b'], schedule: { firstTokenMillis: 30 } });
    const messages = request().messages;
    const stream = await client.chat.completions.create({ model: 'fake-1', messages, stream: true });
    messages[0]!.content = 'changed';
    messages.push({ role: 'user', content: 'added' });
    for await (const _ of stream);
    expect(contentOf(spans()[0]!).input).toEqual([{ role: 'user', parts: [{ type: 'text', content: SECRET }] }]);
    await client.chat.completions.create(
      Object.freeze({ ...request(), messages: Object.freeze(request().messages) }) as never,
    );
    expect(contentOf(spans()[1]!).input).toEqual([{ role: 'user', parts: [{ type: 'text', content: SECRET }] }]);
  });

  it('are given to the redactor as copies', async () => {
    const redact = (content: CapturedContent) => {
      for (const { parts } of content.inputMessages ?? []) parts.length = 0;
      return content;
    };
    const { client } = await useCaptured({ content: { mode: 'span', redact } });
    const asked = request();
    await client.chat.completions.create(asked);
    expect(asked).toEqual(request());
  });
});

describe('a call', () => {
  it('that fails before it is sent has its request', async () => {
    const { client, spans } = await useCaptured();
    const controller = new AbortController();
    controller.abort();
    await expect(client.chat.completions.create(request(), { signal: controller.signal })).rejects.toThrow();
    await vi.waitFor(() => expect(spans()).toHaveLength(1));
    expect(contentOf(spans()[0]!)).toMatchObject({ input: [{ role: 'user' }], output: [] });
  });

  it('that the server refuses has its request', async () => {
    const { capture } = await useCaptured();
    const content = await capture(request(), { tokens: 0, fault: { kind: 'status', status: 400 } });
    expect(content).toMatchObject({ input: [{ parts: [{ content: SECRET }] }], output: [] });
  });

  it('whose body is read by the caller alone has its request', async () => {
    const { client, spans } = await useCaptured();
    await client.chat.completions.create(request()).asResponse();
    await vi.waitFor(() => expect(spans()).toHaveLength(1));
    expect(contentOf(spans()[0]!)).toMatchObject({ input: [{ role: 'user' }], output: [] });
  });

  it('of a copy of the client is captured too', async () => {
    const { client, spans } = await useCaptured();
    await client.withOptions({ timeout: 5000 }).chat.completions.create(request());
    await vi.waitFor(() => expect(spans()).toHaveLength(1));
    expect(contentOf(spans()[0]!).input).toHaveLength(1);
  });
});

describe('the redactor', () => {
  it('works on what the conventions define, before it is cut', async () => {
    const redact = (content: CapturedContent) => {
      for (const { parts } of [...(content.inputMessages ?? []), ...(content.outputMessages ?? [])]) {
        for (const part of parts) if (part.type === 'text') part.content = part.content.replaceAll('secret', '*');
      }
      return content;
    };
    const { capture } = await useCaptured({ content: { mode: 'span', redact } });
    const plain = await capture(request(), { tokens: [ANSWER] });
    const streamed = await capture({ ...request(), stream: true }, { tokens: ['the se', 'cret of the answer'] });
    for (const { input, output } of [plain, streamed]) {
      expect(input[0]!.parts).toEqual([{ type: 'text', content: 'the * of the prompt' }]);
      expect(output[0]!.parts).toEqual([{ type: 'text', content: 'the * of the answer' }]);
    }
  });
});

it('keeps every attribute below the cap, in valid JSON', async () => {
  const { client, answerWith, spans } = await useCaptured({ content: { mode: 'span', maxBytes: 1000 } });
  answerWith({ tokens: Array(500).fill('漢字😀') });
  const messages = Array.from({ length: 20 }, () => ({ role: 'user' as const, content: 'é"😀'.repeat(300) }));
  await client.chat.completions.create({ model: 'fake-1', messages });
  for await (const _ of await client.chat.completions.create({ model: 'fake-1', messages, stream: true }));
  for (const { attributes } of spans()) {
    for (const key of ['gen_ai.input.messages', 'gen_ai.output.messages']) {
      expect(Buffer.byteLength(String(attributes[key]))).toBeLessThanOrEqual(1000);
      expect(JSON.parse(String(attributes[key])).at(-1).parts[0].content).toMatch(/…\[truncated \d+ bytes\]$/);
    }
  }
  expect(spans()).toHaveLength(2);
});

const describeEvents = () => {
  const useLogs = async () => {
    const { InMemoryLogRecordExporter, LoggerProvider, SimpleLogRecordProcessor } = await import(
      '@opentelemetry/sdk-logs'
    );
    const exporter = new InMemoryLogRecordExporter();
    const provider = new LoggerProvider({ processors: [new SimpleLogRecordProcessor({ exporter })] });
    return { provider, records: () => exporter.getFinishedLogRecords() };
  };

  it('carry structured content in the trace of the call, by the global provider or the option', async () => {
    const { provider, records } = await useLogs();
    for (const isGlobal of [true, false]) {
      if (isGlobal) api.logs.setGlobalLoggerProvider(provider);
      const { capture, spans } = await useCaptured({ content: 'both', ...(!isGlobal && { loggerProvider: provider }) });
      await capture(request());
      api.logs.disable();
      const { attributes, eventName, severityNumber, spanContext, instrumentationScope } = records().at(-1)!;
      expect([eventName, severityNumber]).toEqual(['gen_ai.client.inference.operation.details', 5]);
      expect(instrumentationScope.name).toBe(SCOPE_NAME);
      expect(spanContext).toMatchObject({ traceId: spans()[0]!.traceId, spanId: spans()[0]!.spanId });
      expect(attributes['gen_ai.input.messages']).toEqual([
        { role: 'user', parts: [{ type: 'text', content: SECRET }] },
      ]);
      expect(Object.keys(attributes).sort()).toEqual(Object.keys(spans()[0]!.attributes).sort());
    }
    expect(records()).toHaveLength(2);
  });

  it('are not made when no provider is there', async () => {
    const { capture, spans } = await useCaptured({ content: 'event' });
    await capture(QUESTION);
    expect(JSON.stringify(spans())).not.toContain('gen_ai.input.messages');
  });
};

const describeWithoutLogs = () => {
  it('spans have content and events are left out', async () => {
    expect('logs' in api).toBe(false);
    const { capture } = await useCaptured({ content: 'both' });
    expect((await capture(request())).input).toHaveLength(1);
  });
};

if (isSdk3) describe('events of the SDK', describeEvents);
else describe('with API 1.9', describeWithoutLogs);
