import { type ClientWatch, openLedger } from '@grump/llm-otel-core';
import { tellBatchFault } from './batch-fault';
import type { LineFacts } from './batch-line';
import { enterLines } from './batch-results';
import { isFilled } from './filled';
import type { ServerUsage } from './usage';

// Loaded when results of a batch are first asked for.

/** One line of the results of a batch. */
interface BatchLine {
  readonly result?: { readonly type?: unknown; readonly message?: BatchMessage | null } | null;
}

interface BatchMessage {
  readonly model?: unknown;
  readonly usage?: ServerUsage | null;
}

interface Lines {
  decoder(): AsyncGenerator<unknown>;
}

/** Lines that are handed over together. */
const LINES = 500;

/** Looks on while the caller reads `results`, in place. */
export function tapResults(results: unknown, batch: string, watch: ClientWatch): void {
  const { decoder } = results as Partial<Lines>;
  if (typeof decoder !== 'function') return;
  const value = function (this: unknown): AsyncGenerator<unknown> {
    return tapLines(decoder.call(this as Lines), (lines) => count(lines, batch, watch));
  };
  Object.defineProperty(results, 'decoder', { value, writable: true, configurable: true });
}

function tapLines(source: AsyncGenerator<unknown>, handOver: (lines: LineFacts[]) => void): AsyncGenerator<unknown> {
  const { next, return: leave } = source;
  let lines: LineFacts[] = [];
  let place = 0;
  const flush = (): void => {
    if (lines.length > 0) handOver(lines);
    lines = [];
  };
  const look = ({ done, value }: IteratorResult<unknown>): void => {
    const facts = done ? undefined : factsOf(value as BatchLine, place++);
    if (facts !== undefined) lines.push(facts);
    if (done || lines.length >= LINES) flush();
  };
  // The generator itself goes on, so that the caller sees no other object.
  source.next = (...args) => {
    const step = next.apply(source, args);
    step.then(look, flush).catch(() => {});
    return step;
  };
  source.return = (end) => {
    flush();
    return leave.call(source, end);
  };
  return source;
}

function count(lines: LineFacts[], batch: string, watch: ClientWatch): void {
  openLedger(watch)
    .then((ledger) => enterLines(lines, batch, ledger))
    .catch(tellBatchFault);
}

function factsOf({ result }: BatchLine, place: number): LineFacts | undefined {
  if (!result) return undefined;
  const { type, message } = result;
  const model = message?.model;
  return {
    place,
    isDone: type === 'succeeded',
    model: isFilled(model) ? model : undefined,
    usage: message?.usage ?? undefined,
  };
}
