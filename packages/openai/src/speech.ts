import {
  type CallFacts,
  type ChunkKind,
  NO_TOKEN,
  OUTPUT,
  own,
  quietly,
  type ReadCall,
  type ReadLink,
  recordFirstAudio,
} from '@grump/llm-otel-core';
import { foldParts } from './parts';

// The result of `audio.speech.create` is a `Response`, whose body the caller reads.

declare const TextDecoder: new () => { decode(bytes: Uint8Array): string };

interface Body {
  readonly body?: Methods | null;
  readonly headers?: { get(name: string): string | null };
}
interface Step {
  readonly done?: boolean;
  readonly value?: unknown;
}
type Methods = Record<string | symbol, unknown>;

/** What reads a whole body; in Node.js through `getReader`. */
const WHOLE = ['arrayBuffer', 'blob', 'bytes', 'formData', 'json', 'text'];
/** What takes a body where it can't be seen any more. */
const AWAY = ['pipeTo', 'pipeThrough', 'tee'];
const READERS = ['getReader', 'values', Symbol.asyncIterator];
const READS = ['read', 'next'];
const LEAVES = ['cancel', 'return'];

/** The end of an event stream, by call: its last event tells the usage. */
const tails = new WeakMap<CallFacts, Uint8Array>();
const TAIL_BYTES = 2048;
const LAST_EVENT = /^data: *(\{.*"speech\.audio\.done".*\})/m;

/** The first bytes are the first token; what follows are chunks, since bytes of audio are no tokens. */
export function foldBytes(facts: CallFacts, bytes: unknown): ChunkKind {
  if (!ArrayBuffer.isView(bytes)) return NO_TOKEN;
  const tail = tails.get(facts);
  if (tail !== undefined) keepTail(tail, new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  if (facts.begun || bytes.byteLength === 0) return NO_TOKEN;
  facts.begun = true;
  return OUTPUT;
}

function keepTail(tail: Uint8Array, bytes: Uint8Array): void {
  const last = bytes.subarray(Math.max(bytes.length - TAIL_BYTES, 0));
  tail.copyWithin(0, last.length);
  tail.set(last, TAIL_BYTES - last.length);
}

/** Looks on while `response` is read, in place; returns its body, `undefined` where there is none that can be looked at. */
export function tapSpeech(response: unknown, link: ReadLink): object | undefined {
  const { body, headers } = response as Body;
  if (typeof body?.getReader !== 'function' || link.call === undefined) return undefined;
  const events = headers?.get('content-type')?.includes('text/event-stream');
  if (events) tails.set(link.call.facts, new Uint8Array(TAIL_BYTES));
  look(response as Methods, WHOLE, (whole) => settled(whole, ended, link));
  look(body, AWAY, () => link.call && over(link.call, true));
  look(body, READERS, (reader) => {
    look(reader as Methods, LEAVES, () => link.call?.closed());
    look(reader as Methods, READS, (step) => {
      link.call?.pulled();
      settled(step, (call, { done, value }) => (done ? ended(call) : arrived(value, call)), link);
    });
  });
  return body;
}

/** Puts methods on `object`, where it has some of these names, that show what they return before they do. */
function look(object: Methods, names: readonly (string | symbol)[], show: (returned: unknown) => void): void {
  for (const name of names) {
    const original = object[name];
    if (typeof original !== 'function') continue;
    const value = (...args: unknown[]): unknown => {
      const returned: unknown = Reflect.apply(original, object, args);
      quietly('a body', () => show(returned));
      return returned;
    };
    Object.defineProperty(object, name, { value, writable: true, configurable: true });
  }
}

function settled(promise: unknown, show: (call: ReadCall, step: Step) => void, link: ReadLink): void {
  (promise as Promise<Step>).then(
    (step) => quietly('a body', () => link.call && show(link.call, step)),
    (error) => link.call?.failed(error),
  );
}

function arrived(bytes: unknown, call: ReadCall): void {
  const { begun } = call.facts;
  call.arrived(bytes);
  if (call.facts.begun && !begun) recordFirstAudio(call);
}

/** A stream of events is complete with its last one, and tells its usage there; one of bytes when it is over. */
function ended(call: ReadCall): void {
  const tail = tails.get(call.facts);
  const last = tail && LAST_EVENT.exec(new TextDecoder().decode(tail))?.[1];
  if (last !== undefined) quietly('the last event', () => foldParts(call.facts, own(JSON.parse(last), 'usage')));
  over(call, tail === undefined || last !== undefined);
}

function over(call: ReadCall, complete: boolean): void {
  call.facts.complete = complete;
  call.exhausted();
}
