import { deserialize, serialize } from 'node:v8';
import type { Attributes } from '@opentelemetry/api';
import type { ScopeMetrics } from '@opentelemetry/sdk-metrics';

/** What a process has measured, as plain data. */
export interface Report {
  readonly resource: Attributes;
  readonly scopeMetrics: readonly ScopeMetrics[];
}

/**
 * What bridges tell each other. `hello`: a bridge is there. `ask`: report now, within `millis`. `report`: unasked where
 * `ask` is 0. `left`: a bridge was shut down. `ended`: a thread has ended.
 */
export type Message =
  | { readonly kind: 'who' }
  | { readonly kind: 'hello'; readonly from: string; readonly thread: number }
  | { readonly kind: 'ask'; readonly ask: number; readonly millis: number }
  | { readonly kind: 'report'; readonly from: string; readonly ask: number; readonly report: Report }
  | { readonly kind: 'left'; readonly from: string }
  | { readonly kind: 'ended'; readonly thread: number };

/** Names our messages among those of the application. */
export const CHANNEL = '@grump/llm-otel-prometheus';

/** For a channel between processes: that is JSON unless set otherwise, and has no NaN. */
export function pack(message: Message): object {
  return { type: CHANNEL, message: serialize(message).toString('base64') };
}

/** The message of ours that `packed` holds, if it does. */
export function unpack(packed: unknown): Message | undefined {
  if (typeof packed !== 'object' || packed === null || !('type' in packed) || packed.type !== CHANNEL) return undefined;
  return 'message' in packed ? (deserialize(Buffer.from(String(packed.message), 'base64')) as Message) : undefined;
}
