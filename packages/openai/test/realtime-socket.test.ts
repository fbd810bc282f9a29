import { connect } from 'node:net';
import OpenAI, { AzureOpenAI } from 'openai';
import { OpenAIRealtimeWebSocket as WebSocket7 } from 'openai/realtime/websocket';
import { OpenAIRealtimeWS as WS7 } from 'openai/realtime/ws';
import OpenAI4 from 'openai-4';
import { OpenAIRealtimeWebSocket as WebSocket4 } from 'openai-4/beta/realtime/websocket';
import { OpenAIRealtimeWS as WS4 } from 'openai-4/beta/realtime/ws';
import OpenAI5 from 'openai-5';
import { OpenAIRealtimeWebSocket as WebSocket5 } from 'openai-5/realtime/websocket';
import { OpenAIRealtimeWS as WS5 } from 'openai-5/realtime/ws';
import OpenAI6 from 'openai-6';
import { OpenAIRealtimeWebSocket as WebSocket6 } from 'openai-6/realtime/websocket';
import { OpenAIRealtimeWS as WS6 } from 'openai-6/realtime/ws';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { useTelemetry } from '../../core/test/measure';
import { wrapRealtime } from '../src/index';

interface Realtime {
  readonly url: URL;
  on(event: string, listener: (event: { readonly type?: string }) => void): void;
  send(event: object): void;
  close(): void;
}
type Connect = new (props: object, client: OpenAI) => Realtime;

const USAGE = {
  input_tokens: 10,
  output_tokens: 20,
  input_token_details: { cached_tokens: 4, audio_tokens: 6 },
  output_token_details: { audio_tokens: 15 },
};

/** What the server does with an order; the beta names audio otherwise. */
type Play = (socket: WebSocket, say: (event: object) => void) => void;

const answer =
  (audio: string): Play =>
  (_, say) => {
    say({ type: 'response.created', response: { id: 'resp_1', status: 'in_progress' } });
    setTimeout(() => say({ type: audio, response_id: 'resp_1', delta: 'AAAA' }), 30);
    setTimeout(() => say({ type: 'response.done', response: { id: 'resp_1', status: 'completed', usage: USAGE } }), 60);
  };

/** A server for the length of a test, and its port. */
async function useServer(play: Play): Promise<number> {
  const server = new WebSocketServer({ port: 0 });
  onTestFinished(() => {
    for (const socket of server.clients) socket.terminate();
    server.close();
  });
  server.on('connection', (socket) => {
    const say = (event: object): void => socket.send(JSON.stringify(event));
    say({ type: 'session.created', session: { model: 'gpt-realtime' } });
    socket.on('message', (data) => {
      if (JSON.parse(String(data)).type === 'response.create') play(socket, say);
    });
  });
  await new Promise((resolve) => server.once('listening', resolve));
  return (server.address() as { port: number }).port;
}

/** The SDK insists on `wss:`; for the test its sockets go to the server without TLS. */
const onPlainTCP = (port: number) => ({ options: { createConnection: () => connect(port, '127.0.0.1') } });

function stubWebSocket(port: number): void {
  const Native = globalThis.WebSocket;
  class Plain extends Native {
    constructor(_: string | URL, protocols?: string | string[]) {
      super(`ws://127.0.0.1:${port}`, Array.isArray(protocols) ? ['realtime'] : undefined);
    }
  }
  vi.stubGlobal('WebSocket', Plain);
}

afterEach(() => {
  vi.unstubAllGlobals();
});

/** Opens a session, orders a response, and waits until it is there. */
async function talk(realtime: Realtime, until = 'response.done'): Promise<string[]> {
  const types: string[] = [];
  await new Promise<void>((resolve) => {
    realtime.on('error', () => {});
    realtime.on('event', ({ type = '' }) => {
      types.push(type);
      if (type === 'session.created') realtime.send({ type: 'response.create' });
      if (type === until) resolve();
    });
  });
  return types;
}

async function expectOneResponse(telemetry: ReturnType<typeof useTelemetry>, provider = 'openai'): Promise<void> {
  const labels = { provider, model: 'gpt-realtime', operation: 'chat' };
  await vi.waitFor(async () => expect(await telemetry.total('llm_requests_total', labels)).toBe(1));
  expect(await telemetry.total('llm_requests_total', { outcome: 'ok' })).toBe(1);
  expect(await telemetry.total('llm_tokens_total', { type: 'output' })).toBe(20);
  expect(await telemetry.total('llm_token_details_total', { type: 'audio_input' })).toBe(6);
  const rows = (await telemetry.metrics()).filter(({ name }) => name === 'llm_time_to_first_audio_seconds');
  expect(rows).toMatchObject([{ count: 1, attributes: labels }]);
  expect(rows.map((row) => row.type === 'histogram' && row.sum >= 0.025 && row.sum < 5)).toEqual([true]);
}

const BETA = 'response.audio.delta';
const NOW = 'response.output_audio.delta';

const CLIENTS: readonly [name: string, realtime: unknown, SDK: unknown, audio: string, native: boolean][] = [
  ['openai 4, ws', WS4, OpenAI4, BETA, false],
  ['openai 4, WebSocket', WebSocket4, OpenAI4, BETA, true],
  ['openai 5, ws', WS5, OpenAI5, NOW, false],
  ['openai 5, WebSocket', WebSocket5, OpenAI5, NOW, true],
  ['openai 6, ws', WS6, OpenAI6, NOW, false],
  ['openai 6, WebSocket', WebSocket6, OpenAI6, NOW, true],
  ['openai 7, ws', WS7, OpenAI, NOW, false],
  ['openai 7, WebSocket', WebSocket7, OpenAI, NOW, true],
];

describe.each(CLIENTS)('a session of %s', (_, Client, SDK, audio, native) => {
  const open = (port: number): Realtime => {
    if (native) stubWebSocket(port);
    const client = new (SDK as typeof OpenAI)({ apiKey: 'ek_test', dangerouslyAllowBrowser: true });
    return new (Client as Connect)({ model: 'gpt-realtime', ...onPlainTCP(port) }, client);
  };

  it('is measured, and its events come as they do without', async () => {
    const bare = open(await useServer(answer(audio)));
    const expected = await talk(bare);
    const telemetry = useTelemetry();
    const { meterProvider, tracerProvider } = telemetry;
    const realtime = open(await useServer(answer(audio)));
    expect(wrapRealtime(realtime, { meterProvider, tracerProvider })).toBe(realtime);
    expect(await talk(realtime)).toEqual(expected);
    await expectOneResponse(telemetry);
    realtime.close();
    bare.close();
  });

  it('that the server breaks off truncates its response', async () => {
    const telemetry = useTelemetry();
    const { meterProvider, tracerProvider } = telemetry;
    const cut: Play = (socket, say) => {
      say({ type: 'response.created', response: { id: 'resp_1' } });
      setTimeout(() => socket.terminate(), 20);
    };
    const realtime = wrapRealtime(open(await useServer(cut)), { meterProvider, tracerProvider });
    await talk(realtime, 'response.created');
    await vi.waitFor(async () => expect(await telemetry.total('llm_requests_total', { outcome: 'truncated' })).toBe(1));
    expect(await telemetry.total('llm_requests_in_flight')).toBe(0);
  });
});

it('a session of Azure has the deployment as its model, and azure as its provider', async () => {
  const telemetry = useTelemetry();
  const { meterProvider, tracerProvider } = telemetry;
  const port = await useServer((socket, say) => {
    say({ type: 'response.created', response: { id: 'resp_1' } });
    socket.send(
      JSON.stringify({ type: 'response.done', response: { id: 'resp_1', status: 'completed', usage: USAGE } }),
    );
  });
  const endpoint = 'https://example-resource.openai.azure.com';
  const client = new AzureOpenAI({ apiKey: 'test', endpoint, apiVersion: '2025-08-28', deployment: 'voice' });
  const realtime = wrapRealtime(await WS7.azure(client, onPlainTCP(port) as never), { meterProvider, tracerProvider });
  // Azure's `session.created` names the model; before it comes, the deployment is all that is known.
  expect(realtime.url.searchParams.get('model')).toBe('voice');
  await talk(realtime as unknown as Realtime);
  await vi.waitFor(async () => expect(await telemetry.total('llm_requests_total', { provider: 'azure' })).toBe(1));
});
