import { type Answer, pieces } from './answer.ts';
import type { Schedule } from './scenario.ts';

/** One server-sent event: the bytes to write, and when, in milliseconds from the arrival of the request. */
export interface Frame {
  readonly atMillis: number;
  readonly data: string;
}

interface TimedDelta {
  readonly atMillis: number;
  readonly delta: unknown;
}

export type Pace = Required<Schedule>;

/** Fills the schedule's defaults. */
export function paceOf(schedule: Schedule = {}): Pace {
  const headersMillis = schedule.headersMillis ?? 0;
  const roleMillis = schedule.roleMillis ?? headersMillis;
  const reasoningMillis = schedule.reasoningMillis ?? roleMillis;
  const firstTokenMillis = schedule.firstTokenMillis ?? reasoningMillis + 2;
  return {
    headersMillis,
    roleMillis,
    reasoningMillis,
    firstTokenMillis,
    interTokenMillis: schedule.interTokenMillis ?? 1,
  };
}

/** The answer as the chunks of a stream, the way NIM (vLLM) sends them. The usage chunk is left out unless `withUsage`. */
export function framesOf(answer: Answer, schedule: Schedule | undefined, withUsage: boolean): Frame[] {
  const deltas = deltasOf(answer, paceOf(schedule));
  const atMillis = deltas.at(-1)?.atMillis ?? 0;
  const chunks = deltas.flatMap(({ atMillis, delta }) =>
    eachChoice(answer, (index) => ({ atMillis, data: chunk(answer, [choice(index, delta, null)]) })),
  );
  const ends = eachChoice(answer, (index) => ({
    atMillis,
    data: chunk(answer, [{ ...choice(index, { content: '' }, answer.finishReason), stop_reason: null }]),
  }));
  const usage = withUsage && answer.usage ? [{ atMillis, data: chunk(answer, [], { usage: answer.usage }) }] : [];
  return [...chunks, ...ends, ...usage, { atMillis, data: 'data: [DONE]\n\n' }];
}

/** A recorded stream cut into its events: the first with the role, the second as first token, then at the token pace. */
export function replayFrames(body: string, schedule: Schedule | undefined): Frame[] {
  const { roleMillis, firstTokenMillis, interTokenMillis } = paceOf(schedule);
  const events = body.match(/.+?(?:\r?\n\r?\n|$)/gs) ?? [];
  return events.map((data, index) => ({
    atMillis: index === 0 ? roleMillis : firstTokenMillis + (index - 1) * interTokenMillis,
    data,
  }));
}

/** When the reasoning token of this index is sent: at the token pace, but all of them before the first token. */
export function reasoningAt(
  { reasoningMillis, firstTokenMillis, interTokenMillis }: Pace,
  count: number,
): (index: number) => number {
  const gap = Math.min(interTokenMillis, (firstTokenMillis - reasoningMillis) / Math.max(1, count));
  return (index) => reasoningMillis + index * gap;
}

/** One server-sent event with a chunk as its data. */
export function chunk({ id, created, model }: Answer, choices: unknown, extra: object = {}): string {
  return event({ id, object: 'chat.completion.chunk', created, model, choices, ...extra });
}

/** One server-sent event. */
export function event(data: unknown): string {
  return `data: ${JSON.stringify(data)}\n\n`;
}

function choice(index: number, delta: unknown, finishReason: string | null): object {
  return { index, delta, logprobs: null, finish_reason: finishReason };
}

function eachChoice<Item>({ choices }: Answer, make: (index: number) => Item): Item[] {
  return Array.from({ length: choices }, (_, index) => make(index));
}

function deltasOf(answer: Answer, pace: Pace): TimedDelta[] {
  const { reasoning, tokens, refusal, toolCalls } = answer;
  const reasoningMillis = reasoningAt(pace, reasoning.length);
  const deltas = [
    ...pieces(refusal ?? '').map((refusal) => ({ refusal })),
    ...tokens.map((content) => ({ content })),
    ...toolCalls.flatMap(toolDeltas),
  ];
  return [
    { atMillis: pace.roleMillis, delta: { role: 'assistant', content: '' } },
    ...reasoning.map((text, index) => ({
      atMillis: reasoningMillis(index),
      delta: { reasoning_content: text },
    })),
    ...deltas.map((delta, index) => ({ atMillis: pace.firstTokenMillis + index * pace.interTokenMillis, delta })),
  ];
}

function toolDeltas({ id, name, arguments: args }: Answer['toolCalls'][number], index: number): object[] {
  return [
    { tool_calls: [{ index, id, type: 'function', function: { name, arguments: '' } }] },
    ...pieces(args).map((piece) => ({ tool_calls: [{ index, function: { arguments: piece } }] })),
  ];
}
