import { deserialize, serialize } from 'node:v8';
import type { Attributes } from '@opentelemetry/api';
import type { MetricPart } from './part';

/** What a process has measured; a metric may be there several times, each with some of its points. */
export interface Report {
  readonly resource: Attributes;
  readonly metrics: readonly MetricPart[];
}

/** A piece of a report: `report` tells reports of one bridge apart, `isLast` when it is whole. */
export interface ReportPiece extends Report {
  readonly report: number;
  /** The question that it answers; 0 where there was none. */
  readonly ask: number;
  readonly isLast: boolean;
}

/**
 * What bridges tell each other. `hello`: a bridge is there. `ask`: report now, within `millis`. `report`: a piece of
 * one. `left`: a bridge was shut down. `ended`: a thread has ended.
 */
export type Message =
  | { readonly kind: 'who' }
  | { readonly kind: 'hello'; readonly from: string; readonly thread: number }
  | { readonly kind: 'ask'; readonly ask: number; readonly millis: number }
  | { readonly kind: 'report'; readonly from: string; readonly piece: ReportPiece }
  | { readonly kind: 'left'; readonly from: string }
  | { readonly kind: 'ended'; readonly thread: number };

/** Names our messages among those of the application. */
export const CHANNEL = '@grump/llm-otel-prometheus';

/** For a channel between processes: that is JSON unless set otherwise, and has no NaN. */
export function pack(message: Message): object {
  return { type: CHANNEL, message: serialize(message).toString('base64') };
}

/** Whether this is a message of ours. */
export function isPacked(packed: unknown): packed is { readonly message?: unknown } {
  return typeof packed === 'object' && packed !== null && 'type' in packed && packed.type === CHANNEL;
}

/** The message of ours that `packed` holds, if it does; not one of another version of Node that cannot be read here. */
export function unpack(packed: unknown): Message | undefined {
  if (!isPacked(packed)) return undefined;
  try {
    return 'message' in packed ? (deserialize(Buffer.from(String(packed.message), 'base64')) as Message) : undefined;
  } catch {
    return undefined;
  }
}
