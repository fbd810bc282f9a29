import type { CallSummary } from '@grump/llm-otel-anthropic';

const millis = (seconds: number | undefined): string =>
  seconds === undefined ? '-' : `${(seconds * 1000).toFixed(0)} ms`;

/** One line for each call, as `onCall` was told of it. */
export function callLines(calls: readonly CallSummary[]): string[] {
  const rows = calls.map((call) => [
    `${call.operation} ${call.model}${call.stream ? ', streamed' : ''}`,
    call.outcome,
    millis(call.timeToFirstTokenSeconds),
    millis(call.timeToFirstOutputTokenSeconds),
    call.tokensPerSecond === undefined ? '-' : call.tokensPerSecond.toFixed(0),
    String(call.usage?.input ?? '-'),
    String(call.usage?.output ?? '-'),
    call.cost === undefined ? '-' : `$${call.cost.usd.toPrecision(2)}`,
  ]);
  const head = ['call', 'outcome', 'first token', 'first output', 'tokens/s', 'in', 'out', 'cost'];
  return [head, ...rows].map((cells) =>
    cells
      .map((cell, column) => cell.padEnd(column === 0 ? 32 : 13))
      .join('')
      .trimEnd(),
  );
}
