import {
  createObserver,
  type MethodDescriptor,
  type ObservedCall,
  own,
  ownString,
  type ProviderDescriptor,
  quietly,
} from '@grump/llm-otel-core';
import { openai } from './descriptor';
import type { WrapOpenAIOptions } from './options';
import { responses } from './responses';

interface EventSocket {
  send(event: unknown): unknown;
  on(name: string, listener: (...values: unknown[]) => void): unknown;
}

/** Over a socket every response is streamed, without being asked to. */
const method: MethodDescriptor = {
  ...responses,
  attributes: (request, to) => ({ ...responses.attributes(request, to), 'gen_ai.request.stream': true }),
};

const overSocket: ProviderDescriptor = { ...openai, methods: [method] };

const watched = new WeakSet<object>();

/**
 * Watches a WebSocket of the Responses API, `ResponsesWS` of openai 6 and 7, in place: each `response.create` that is sent
 * is a call. The client of the socket need not be wrapped. Wrapping twice is a no-op.
 *
 * @returns the very same socket
 * @throws TypeError for what is no such socket, and for an option that cannot be meant
 */
export function wrapResponsesWS<Socket extends object>(socket: Socket, options?: WrapOpenAIOptions): Socket {
  const { send, on } = socket as Partial<EventSocket>;
  if (typeof send !== 'function' || typeof on !== 'function') {
    throw new TypeError('wrapResponsesWS needs a ResponsesWS; pass the object that `new ResponsesWS(client)` gives');
  }
  if (watched.has(socket)) return socket;
  watched.add(socket);
  const observe = createObserver((own(socket, '_client') as object | undefined) ?? socket, overSocket, options);
  watch(socket as unknown as EventSocket, new Lanes((request) => observe(method, request)));
  return socket;
}

function watch(socket: EventSocket, lanes: Lanes): void {
  const { send } = socket;
  const value = function (this: unknown, ...args: [event: unknown]): unknown {
    const call = quietly('a call over a socket', () => lanes.sent(args[0]));
    try {
      return send.apply(this, args);
    } catch (error) {
      call?.failed(error);
      throw error;
    }
  };
  Object.defineProperty(socket, 'send', { value, writable: true, configurable: true, enumerable: false });
  // Never `error`: whether somebody listens to that decides what becomes of an error.
  socket.on('event', (event) => lanes.arrived(event));
  socket.on('reconnecting', () => lanes.lost());
  socket.on('close', (code) => lanes.close(code));
}

/** What a socket is closed with by those who meant to. */
const NORMAL = 1000;

/** The calls under way by `stream_id`; those of one lane are answered in turn. */
class Lanes {
  #lanes = new Map<string | undefined, ObservedCall[]>();
  #isClosed = false;
  #begin: (request: unknown) => ObservedCall | undefined;

  constructor(begin: (request: unknown) => ObservedCall | undefined) {
    this.#begin = begin;
  }

  sent(event: unknown): ObservedCall | undefined {
    if (ownString(event, 'type') !== 'response.create') return undefined;
    const call = this.#open(ownString(event, 'stream_id'), event);
    if (this.#isClosed) call?.failed(new Error('the socket is closed'));
    return call;
  }

  arrived(event: unknown): void {
    const lane = ownString(event, 'stream_id');
    const isNew = ownString(event, 'type') === 'response.created';
    // Steering makes the server answer again, unasked.
    const call = this.#first(lane) ?? (isNew ? this.#open(lane, own(event, 'response')) : undefined);
    call?.arrived(event);
    if (call?.facts.complete) call.exhausted();
  }

  /** The oldest call of a lane that is not over. */
  #first(lane: string | undefined): ObservedCall | undefined {
    const calls = this.#lanes.get(lane) ?? [];
    while (calls[0]?.ended) calls.shift();
    return calls[0];
  }

  /** The connection broke; what was sent is not sent again. */
  lost(): void {
    this.#endAll((call) => call.exhausted());
  }

  close(code: unknown): void {
    this.#isClosed = true;
    this.#endAll((call) => (code === NORMAL ? call.closed() : call.exhausted()));
  }

  #endAll(end: (call: ObservedCall) => void): void {
    for (const calls of this.#lanes.values()) for (const call of calls) end(call);
    this.#lanes.clear();
  }

  #open(lane: string | undefined, request: unknown): ObservedCall | undefined {
    const call = this.#begin(request);
    if (call !== undefined) this.#lanes.set(lane, [...(this.#lanes.get(lane) ?? []), call]);
    return call;
  }
}
