import { type ClientWatch, openLedger, quietly, replaceMethod } from '@grump/llm-otel-core';
import type { LineFacts } from './batch-line';
import { isFilled } from './filled';
import type { ServerUsage } from './usage';

/** One line of the results of a batch. */
export interface BatchLine {
  readonly result?: { readonly type?: unknown; readonly message?: BatchMessage | null } | null;
}

interface BatchMessage {
  readonly model?: unknown;
  readonly usage?: ServerUsage | null;
}

/** Lines that are handed over together. */
const LINES = 500;

type Resource = Record<string, unknown>;

/** Looks on while the results of batches are read, whose lines tell what a batch took. */
export function watchBatches(messages: unknown, watch: ClientWatch): void {
  const batches = (messages as { batches?: Resource } | undefined)?.batches;
  if (typeof batches?.results !== 'function') return;
  replaceMethod(batches, 'results', (original, self, args) => {
    const returned = Reflect.apply(original, self, args);
    if (!(returned instanceof Promise)) return returned;
    return returned.then((results) => {
      quietly('the results of a batch', () => tapLines(results, (lines) => count(lines, String(args[0]), watch)));
      return results;
    });
  });
}

function count(lines: LineFacts[], batch: string, watch: ClientWatch): void {
  Promise.all([openLedger(watch), import('./batch-results')])
    .then(([ledger, { enterLines }]) => enterLines(lines, batch, ledger))
    .catch((fault) =>
      quietly('the results of a batch', () => {
        throw fault;
      }),
    );
}

interface Lines {
  decoder(): AsyncGenerator<unknown>;
}

/** Looks on while the caller reads `results`, in place. */
function tapLines(results: unknown, handOver: (lines: LineFacts[]) => void): void {
  const { decoder } = results as Partial<Lines>;
  if (typeof decoder !== 'function') return;
  const value = function (this: unknown): AsyncGenerator<unknown> {
    const source = decoder.call(this as Lines);
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
  };
  Object.defineProperty(results, 'decoder', { value, writable: true, configurable: true });
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
