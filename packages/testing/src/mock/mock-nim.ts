import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Background } from './background.ts';
import { Exchange, type RequestLog } from './exchange.ts';
import { playJson, playStatus, playTurn, type Turn } from './play.ts';
import type { Protocol } from './protocol.ts';
import { PROTOCOLS } from './protocols.ts';
import { type ChatRequest, type Fault, QUICK, type Respond } from './scenario.ts';

export interface MockNimOptions {
  /** How requests to a model are answered. Default: a short answer within a few milliseconds. */
  readonly respond?: Respond;
  /** Port on 127.0.0.1. Default: a free one. */
  readonly port?: number;
  /** What `GET /v1/models` lists. Default: one Llama model. */
  readonly models?: readonly string[];
  /** `created` of answers, in seconds since 1970. Default: now. */
  readonly created?: number;
}

/** A running mock server. */
export interface MockNim {
  /** With `/v1`, as clients take it. */
  readonly baseURL: string;
  readonly port: number;
  /** Every request so far, in order of arrival. */
  readonly requests: readonly RequestLog[];
  /** Drops open connections and stops. */
  close(): Promise<void>;
}

interface State {
  readonly options: MockNimOptions;
  readonly requests: RequestLog[];
  readonly faultsServed: Map<Fault, number>;
  readonly background: Background;
  turns: number;
}

/** Starts a server that answers as an NVIDIA NIM does: chat, Responses, text completions, models, health. */
export async function startMockNim(options: MockNimOptions = {}): Promise<MockNim> {
  const state: State = { options, requests: [], faultsServed: new Map(), background: new Background(), turns: 0 };
  const server = createServer((request, response) => {
    const exchange = new Exchange(request, response);
    state.requests.push(exchange.log);
    answer(state, exchange, request).catch(() => response.destroy());
  });
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { baseURL: `http://127.0.0.1:${port}/v1`, port, requests: state.requests, close: () => close(server) };
}

async function close(server: Server): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}

async function answer(state: State, exchange: Exchange, request: IncomingMessage): Promise<void> {
  exchange.log.body = await text(request);
  const { method } = exchange.log;
  const path = exchange.log.path.replace(/\?.*/, '');
  const protocol = PROTOCOLS.find((one) => path.endsWith(one.path));
  if (method === 'POST' && protocol !== undefined) return answerTurn(state, exchange, protocol);
  if (method === 'GET' && /\/responses\/[^/]+$/.test(path)) return state.background.play(exchange, exchange.log.path);
  if (method === 'GET' && path.endsWith('/models')) return playJson(exchange, modelList(state.options));
  if (method === 'GET' && path.endsWith('/health/ready')) {
    return playJson(exchange, { object: 'health.response', message: 'Service is ready.' });
  }
  return playStatus(exchange, 404);
}

async function answerTurn(state: State, exchange: Exchange, protocol: Protocol): Promise<void> {
  const request = parse(exchange.log.body);
  if (request === undefined) return playStatus(exchange, 400);
  const { respond = QUICK, created = Math.floor(Date.now() / 1000) } = state.options;
  const index = state.turns++;
  const scenario = typeof respond === 'function' ? respond(request, index) : respond;
  const { fault } = scenario;
  if (fault?.kind === 'status' && isDue(state, fault, fault.times)) {
    await exchange.at(scenario.schedule?.headersMillis ?? 0);
    return playStatus(exchange, fault.status, fault.retryAfterSeconds);
  }
  const turn: Turn = { exchange, protocol, scenario, request, index, created };
  state.background.note(turn);
  return playTurn(turn);
}

function isDue({ faultsServed }: State, fault: Fault, times = Number.POSITIVE_INFINITY): boolean {
  const served = faultsServed.get(fault) ?? 0;
  faultsServed.set(fault, served + 1);
  return served < times;
}

function parse(body: string): ChatRequest | undefined {
  try {
    const request: unknown = JSON.parse(body);
    return typeof request === 'object' && request !== null ? request : undefined;
  } catch {
    return undefined;
  }
}

function modelList({ models = ['meta/llama-3.1-8b-instruct'], created = 0 }: MockNimOptions): unknown {
  return { object: 'list', data: models.map((id) => ({ id, object: 'model', created, owned_by: 'vllm' })) };
}
