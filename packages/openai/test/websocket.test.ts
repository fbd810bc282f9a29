import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { createTelemetry, type Telemetry } from '@grump/llm-otel-testing';
import OpenAI from 'openai';
import { ResponsesWS } from 'openai/resources/responses/ws';
import OpenAI6 from 'openai-6';
import { ResponsesWS as ResponsesWS6 } from 'openai-6/resources/responses/ws';
import { beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { type WrapOpenAIOptions, wrapResponsesWS } from '../src/index';
import { responses } from '../src/responses';
import { contentOf } from './captured';

type Event = { readonly type: string; readonly [field: string]: unknown };

const USAGE = { input_tokens: 7, output_tokens: 2 };
const REQUEST = { type: 'response.create', model: 'fake-1', input: 'Hello?' } as const;

/** The events of a short answer. */
const answer = (id: string, extra: object = {}): Event[] => {
  const response = { id, model: 'fake-1', status: 'in_progress', output: [] };
  const item = { type: 'message', content: [{ type: 'output_text', text: 'Hello' }] };
  return [
    { type: 'response.created', response, ...extra },
    { type: 'response.output_item.added', output_index: 0, item: { type: 'message', content: [] }, ...extra },
    { type: 'response.output_text.delta', output_index: 0, content_index: 0, delta: 'Hel', ...extra },
    { type: 'response.output_text.delta', output_index: 0, content_index: 0, delta: 'lo', ...extra },
    { type: 'response.output_item.done', output_index: 0, item, ...extra },
    {
      type: 'response.completed',
      response: { ...response, status: 'completed', output: [item], usage: USAGE },
      ...extra,
    },
  ];
};

interface Server {
  readonly url: string;
  readonly received: Event[];
}

/** A server of Responses over WebSocket, for the length of a test. `respond` gets each event of the client. */
async function useServer(respond: (event: Event, socket: WebSocket) => void): Promise<Server> {
  const server = new WebSocketServer({ port: 0 });
  await once(server, 'listening');
  const received: Event[] = [];
  server.on('connection', (socket) =>
    socket.on('message', (data) => {
      const event = JSON.parse(String(data)) as Event;
      received.push(event);
      respond(event, socket);
    }),
  );
  onTestFinished(() => {
    for (const socket of server.clients) socket.terminate();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, received };
}

const sendAll = (socket: WebSocket, events: readonly Event[]): void => {
  for (const event of events) socket.send(JSON.stringify(event));
};

// Spans wait for these modules, which vitest has to transform first.
beforeAll(() => Promise.all([import('../../core/src/content/capture'), responses.content!()]).then(() => {}));

let telemetry: Telemetry;
beforeEach(() => {
  telemetry = createTelemetry();
  onTestFinished(() => telemetry.shutdown());
});

function connect(url: string, options: WrapOpenAIOptions = {}): ResponsesWS {
  const client = new OpenAI({ apiKey: 'test', baseURL: url });
  const { meterProvider, tracerProvider } = telemetry;
  return wrapResponsesWS(new ResponsesWS(client), { provider: 'openai', meterProvider, tracerProvider, ...options });
}

/** Waits for so many terminal events. */
async function over(socket: ResponsesWS, count = 1): Promise<Event[]> {
  const events: Event[] = [];
  await new Promise<void>((resolve) =>
    socket.on('event', (event) => {
      events.push(event as unknown as Event);
      if (event.type === 'response.completed' && --count === 0) resolve();
    }),
  );
  return events;
}

const requests = async (outcome: string): Promise<number> => telemetry.total('llm_requests_total', { outcome });
const inFlight = (): Promise<number> => telemetry.total('llm_requests_in_flight');

describe.each([
  ['openai 7', OpenAI, ResponsesWS],
  ['openai 6', OpenAI6, ResponsesWS6],
] as const)('a socket of %s', (_, SDK, Socket) => {
  it('has each response measured as a streamed call', async () => {
    const { url, received } = await useServer((_event, socket) => sendAll(socket, answer('resp_1')));
    const client = new SDK({ apiKey: 'test', baseURL: url }) as OpenAI;
    const { meterProvider, tracerProvider } = telemetry;
    const bare = new (Socket as typeof ResponsesWS)(client);
    const socket = wrapResponsesWS(bare, { provider: 'openai', meterProvider, tracerProvider });
    expect(socket).toBe(bare);
    expect(wrapResponsesWS(socket)).toBe(bare);
    socket.send({ ...REQUEST, temperature: 0.2 });
    expect(await over(socket)).toEqual(answer('resp_1'));
    expect(received).toEqual([{ ...REQUEST, temperature: 0.2 }]);
    socket.close();
    expect([await requests('ok'), await inFlight()]).toEqual([1, 0]);
    expect(await telemetry.total('llm_tokens_total')).toBe(9);
    expect(await telemetry.total('llm_time_to_first_token_seconds')).toBe(1);
    expect(await telemetry.total('llm_inter_token_latency_seconds')).toBe(1);
    expect(telemetry.spans()).toMatchObject([
      {
        name: 'chat fake-1',
        attributes: {
          'gen_ai.request.stream': true,
          'gen_ai.request.temperature': 0.2,
          'gen_ai.response.id': 'resp_1',
          'gen_ai.response.finish_reasons': ['stop'],
          'openai.api.type': 'responses',
          'server.address': '127.0.0.1',
        },
      },
    ]);
  });
});

describe('calls over a socket', () => {
  it('of one lane are answered in turn, those of several side by side', async () => {
    const { url, received } = await useServer((_event, socket) => {
      if (received.length < 3) return;
      const [left, right] = [answer('resp_a', { stream_id: 'a' }), answer('resp_b', { stream_id: 'b' })];
      sendAll(
        socket,
        left.flatMap((event, index) => [event, right[index]!]),
      );
      sendAll(socket, answer('resp_a2', { stream_id: 'a' }));
    });
    const socket = connect(url);
    for (const [stream_id, model] of [
      ['a', 'fake-a'],
      ['b', 'fake-b'],
      ['a', 'fake-a2'],
    ] as const) {
      socket.send({ ...REQUEST, stream_id, model });
    }
    await over(socket, 3);
    socket.close();
    expect(await requests('ok')).toBe(3);
    const pairs = telemetry.spans().map(({ name, attributes }) => [name, attributes['gen_ai.response.id']]);
    expect(pairs.sort()).toEqual([
      ['chat fake-a', 'resp_a'],
      ['chat fake-a2', 'resp_a2'],
      ['chat fake-b', 'resp_b'],
    ]);
  });

  it('that the server makes on its own count too', async () => {
    const { url } = await useServer((_event, socket) => sendAll(socket, [...answer('resp_1'), ...answer('resp_2')]));
    const socket = connect(url);
    socket.send(REQUEST);
    await over(socket, 2);
    socket.close();
    expect([await requests('ok'), await telemetry.total('llm_tokens_total')]).toEqual([2, 18]);
  });

  it('that fail are errors, by the code of the server', async () => {
    const error = {
      type: 'error',
      error: { code: 'invalid_prompt', message: 'No' },
      code: 'invalid_prompt',
      message: 'No',
    };
    const { url, received } = await useServer((_event, socket) =>
      sendAll(socket, received.length === 1 ? [error] : answer('resp_2')),
    );
    const socket = connect(url);
    const errors: unknown[] = [];
    socket.on('error', (one) => errors.push(one));
    socket.send(REQUEST);
    await vi.waitFor(() => expect(errors).toHaveLength(1));
    socket.send(REQUEST);
    await over(socket);
    socket.close();
    expect(await telemetry.total('llm_requests_total', { outcome: 'error', error_type: 'invalid_prompt' })).toBe(1);
    expect(await requests('ok')).toBe(1);
  });

  it.each([
    ['the application', 'cancelled', (socket: ResponsesWS) => socket.close()],
    ['the server', 'truncated', () => {}],
  ])('end when %s closes the socket', async (who, outcome, close) => {
    const { url } = await useServer((_event, socket) => {
      sendAll(socket, answer('resp_1').slice(0, 3));
      if (who === 'the server') socket.terminate();
    });
    const socket = connect(url);
    socket.on('error', () => {});
    socket.send(REQUEST);
    await vi.waitFor(async () =>
      expect(await telemetry.total('llm_requests_in_flight')).toBe(who === 'the server' ? 0 : 1),
    );
    await setTimeout(20);
    close(socket);
    await vi.waitFor(async () => expect([await requests(outcome), await inFlight()]).toEqual([1, 0]));
  });

  it('on a closed socket are errors', async () => {
    const { url } = await useServer(() => {});
    const socket = connect(url);
    const errors: unknown[] = [];
    socket.on('error', (error) => errors.push(error));
    await once(socket.socket as never, 'open').catch(() => {});
    const closed = new Promise((resolve) => socket.on('close', resolve));
    socket.close();
    await closed;
    socket.send(REQUEST);
    expect(errors).toHaveLength(1);
    expect([await requests('error'), await inFlight()]).toEqual([1, 0]);
  });

  it('have their content captured', async () => {
    const { url } = await useServer((_event, socket) => sendAll(socket, answer('resp_1')));
    const socket = connect(url, { content: 'span' });
    socket.send(REQUEST);
    await over(socket);
    socket.close();
    await vi.waitFor(() => expect(telemetry.spans()).toHaveLength(1));
    expect(contentOf(telemetry.spans()[0]!)).toMatchObject({
      input: [{ role: 'user', parts: [{ type: 'text', content: 'Hello?' }] }],
      output: [{ role: 'assistant', parts: [{ type: 'text', content: 'Hello' }], finish_reason: 'stop' }],
    });
  });
});

it('what is sent besides goes through unseen, with as many listeners for errors as before', async () => {
  const { url, received } = await useServer(() => {});
  const socket = connect(url);
  const rejections: unknown[] = [];
  const listeners = process.rawListeners('unhandledRejection') as NodeJS.UnhandledRejectionListener[];
  process.removeAllListeners('unhandledRejection').on('unhandledRejection', (reason) => rejections.push(reason));
  const trapped = new Proxy({ type: 'response.steer' } as never, {
    getOwnPropertyDescriptor(target, key) {
      if (key === 'type') throw new Error('a trap');
      return Reflect.getOwnPropertyDescriptor(target, key);
    },
  });
  socket.send({ type: 'response.steer', previous_response_id: 'resp_1', input: 'more' });
  await vi.waitFor(() => expect(received).toHaveLength(1));
  socket.send(trapped);
  await vi.waitFor(() => expect(rejections).toHaveLength(1));
  process.removeAllListeners('unhandledRejection');
  for (const listener of listeners) process.on('unhandledRejection', listener);
  socket.close();
  expect(await telemetry.metrics()).toEqual([]);
});

it('refuses what is no socket', () => {
  expect(() => wrapResponsesWS({})).toThrow(/needs a ResponsesWS/);
});
