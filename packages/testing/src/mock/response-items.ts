import { type Answer, pieces } from './answer.ts';

interface Typed {
  readonly type: string;
  readonly [field: string]: unknown;
}

/** One item of a response's output, and how a stream builds it up. */
export interface StreamedItem {
  /** As it is in the end. */
  readonly item: Typed;
  /** The one part of its content; a tool call has none. */
  readonly part: Typed | undefined;
  /** What its events are called: `response.<name>.delta`. */
  readonly name: string;
  /** The field of the part, or of the item without one, that the deltas add up to. */
  readonly field: string;
  readonly deltas: readonly string[];
}

/** The items of an answer, in the order of the output. */
export function itemsOf({ id, reasoning, tokens, refusal, toolCalls }: Answer): StreamedItem[] {
  const message = { type: 'message', id: `msg_${id}`, role: 'assistant', status: 'completed' };
  const calls = toolCalls.map(({ id: callId, ...call }) =>
    itemOf(
      { type: 'function_call', id: `fc_${callId}`, call_id: callId, ...call },
      'function_call_arguments',
      'arguments',
      pieces(call.arguments),
    ),
  );
  return [
    withPart({ type: 'reasoning', id: `rs_${id}`, summary: [] }, 'reasoning_text', 'text', reasoning),
    withPart(message, 'output_text', 'text', tokens),
    withPart({ ...message, id: `msg_${id}r` }, 'refusal', 'refusal', pieces(refusal ?? '')),
    ...calls,
  ].filter(({ deltas }) => deltas.length > 0);
}

function itemOf(item: Typed, name: string, field: string, deltas: readonly string[]): StreamedItem {
  return { item: { ...item, status: 'completed' }, part: undefined, name, field, deltas };
}

function withPart(item: Typed, name: string, field: string, deltas: readonly string[]): StreamedItem {
  const part = { type: name, [field]: deltas.join(''), ...(name === 'output_text' && { annotations: [] }) };
  return { item: { ...item, content: [part] }, part, name, field, deltas };
}
