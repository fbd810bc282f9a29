import type { Answer } from './answer.ts';
import { event, type Frame, type Pace, paceOf, reasoningAt } from './frames.ts';
import type { Protocol } from './protocol.ts';
import { itemsOf, type StreamedItem } from './response-items.ts';
import type { Schedule } from './scenario.ts';

/** `POST /v1/responses`: typed events, and one item of output for reasoning, text and each tool call. */
export const RESPONSES: Protocol = {
  path: '/responses',
  idPrefix: 'resp_',
  toolPrefix: 'call_',
  frames: (answer, schedule) => eventsOf(answer, schedule).map(frameOf),
  body: (answer) => (answer.background ? pendingOf(answer, 'queued') : responseOf(answer)),
  lacking: () => ({
    'without-choices': event({ sequence_number: 2 }),
    'without-delta': event({ type: 'response.output_text.delta', sequence_number: 2, output_index: 0 }),
  }),
};

interface TimedEvent {
  readonly atMillis: number;
  readonly type: string;
  readonly [field: string]: unknown;
}

/** The response while it is worked on. */
export const pendingOf = (answer: Answer, status: string): object => ({
  ...headOf(answer, status),
  output: [],
  usage: null,
});

/** The whole response, as it is in the end. */
export function responseOf(answer: Answer): object {
  const output = itemsOf(answer).map(({ item }) => item);
  return { ...headOf(answer, 'completed'), output, usage: usageOf(answer) };
}

function eventsOf(answer: Answer, schedule: Schedule | undefined): TimedEvent[] {
  const pace = paceOf(schedule);
  const timeOf = clockOf(pace, answer.reasoning.length);
  const started = { atMillis: pace.roleMillis, response: pendingOf(answer, 'in_progress') };
  const items = itemsOf(answer).flatMap((item, place) =>
    itemEvents(item, timeOf).map((one) => ({ ...one, output_index: place })),
  );
  const atMillis = items.at(-1)?.atMillis ?? pace.roleMillis;
  return [
    { ...started, type: 'response.created' },
    { ...started, type: 'response.in_progress' },
    ...items,
    { atMillis, type: 'response.completed', response: responseOf(answer) },
  ];
}

/** Gives each delta its time. */
function clockOf(pace: Pace, reasoning: number): (item: StreamedItem) => number {
  const thoughtAt = reasoningAt(pace, reasoning);
  let [thoughts, tokens] = [0, 0];
  return ({ item }) =>
    item.type === 'reasoning' ? thoughtAt(thoughts++) : pace.firstTokenMillis + tokens++ * pace.interTokenMillis;
}

/** The part of an item, if it has one, comes empty, in pieces, and whole; so does the item. */
function itemEvents(streamed: StreamedItem, timeOf: (item: StreamedItem) => number): TimedEvent[] {
  const { item, part, name, field, deltas } = streamed;
  const pieces = deltas.map((delta) => ({
    atMillis: timeOf(streamed),
    type: `response.${name}.delta`,
    content_index: 0,
    delta,
  }));
  const first = { atMillis: pieces[0]!.atMillis, content_index: 0 };
  const last = { atMillis: pieces.at(-1)!.atMillis, content_index: 0 };
  const empty = part === undefined ? { [field]: '' } : { content: [] };
  return [
    { ...first, type: 'response.output_item.added', item: { ...item, ...empty, status: 'in_progress' } },
    ...(part ? [{ ...first, type: 'response.content_part.added', part: { ...part, [field]: '' } }] : []),
    ...pieces,
    { ...last, type: `response.${name}.done`, [field]: (part ?? item)[field] },
    ...(part ? [{ ...last, type: 'response.content_part.done', part }] : []),
    { ...last, type: 'response.output_item.done', item },
  ].map((one) => ({ ...one, item_id: item.id }));
}

function frameOf({ atMillis, type, ...fields }: TimedEvent, index: number): Frame {
  return { atMillis, data: `event: ${type}\n${event({ type, sequence_number: index, ...fields })}` };
}

const headOf = ({ id, created, model, background }: Answer, status: string): object => ({
  ...{ id, object: 'response', created_at: created, model, status },
  ...{ error: null, incomplete_details: null, background, service_tier: 'default' },
  // The SDK's stream helper reads these.
  ...{ instructions: null, metadata: {}, parallel_tool_calls: true, tools: [], tool_choice: 'auto' },
});

function usageOf({ usage }: Answer): object | null {
  if (usage === undefined) return null;
  return {
    input_tokens: usage.prompt_tokens,
    input_tokens_details: usage.prompt_tokens_details ?? { cached_tokens: 0 },
    output_tokens: usage.completion_tokens,
    output_tokens_details: usage.completion_tokens_details ?? { reasoning_tokens: 0 },
    total_tokens: usage.total_tokens,
  };
}
