import { quietly, Watch } from '@grump/llm-otel-core';
import type { WrapOpenAIOptions } from './options';
import { destinationOf, spanAttributes } from './providers';
import { RealtimeSession } from './realtime-session';

type Listener = (event: unknown) => void;

/** What all realtime clients of the SDK are, over WebSocket or WebRTC. */
interface RealtimeClient {
  on(event: string, listener: Listener): unknown;
  readonly url?: { readonly href: string; readonly searchParams: { get(name: string): string | null } };
  readonly socket?: { addEventListener?(event: string, listener: Listener): void };
}

const wrapped = new WeakSet<object>();

/**
 * Watches a realtime session, in place: `OpenAIRealtimeWS` and `OpenAIRealtimeWebSocket`. Each response is a call, from
 * its order, or the end of the user's speech, to `response.done`; so is each transcription of what the user said.
 * Wrap it before the first event comes, that is right after it was made. Wrapping twice is a no-op.
 *
 * @returns the very same client
 */
export function wrapRealtime<Client extends object>(client: Client, options: WrapOpenAIOptions = {}): Client {
  const realtime = client as Client & RealtimeClient;
  if (typeof realtime?.on !== 'function') {
    throw new TypeError('wrapRealtime needs a realtime client of the SDK, such as `new OpenAIRealtimeWS()` gives');
  }
  if (wrapped.has(client)) return client;
  wrapped.add(client);
  quietly('wrapping a session', () => watchSession(realtime, options));
  return client;
}

function watchSession(client: RealtimeClient, options: WrapOpenAIOptions): void {
  const { url } = client;
  const watch = new Watch(
    { baseURL: url?.href },
    { name: 'openai', methods: [], copies: [], destination: destinationOf, spanAttributes },
    options,
  );
  const model = url?.searchParams.get('model') ?? url?.searchParams.get('deployment') ?? undefined;
  const session = new RealtimeSession(watch, model);
  let leaving = false;
  const closed = (): void => quietly('the end of a session', () => session.closed(leaving));
  before(client, 'send', (event) => session.sent(event));
  before(client, 'sendResponseCreate', (event) => session.sent(event));
  before(client, 'close', () => {
    leaving = true;
  });
  client.on('event', (event) => quietly('an event', () => session.received(event)));
  const follow = (): void => client.socket?.addEventListener?.('close', closed);
  follow();
  // A session that recovers goes on with another socket.
  client.on('reconnecting', closed);
  client.on('reconnected', follow);
}

/** Shows what a method is called with, before it runs. */
function before(object: object, name: string, show: Listener): void {
  const original: unknown = (object as Record<string, unknown>)[name];
  if (typeof original !== 'function') return;
  const value = function (this: unknown, ...args: unknown[]): unknown {
    quietly('a session', () => show(args[0]));
    return Reflect.apply(original, this, args);
  };
  Object.defineProperty(object, name, { value, writable: true, configurable: true });
}
