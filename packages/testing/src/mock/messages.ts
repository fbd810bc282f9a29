import { type Answer, pieces } from './answer.ts';
import { type Frame, type Pace, paceOf, reasoningAt } from './frames.ts';
import type { Protocol } from './protocol.ts';

/** `POST /v1/messages`, Anthropic's API: blocks of thinking, text and tool calls, each begun, sent in pieces and ended. */
export const MESSAGES: Protocol = {
  path: '/messages',
  idPrefix: 'msg_',
  toolPrefix: 'toolu_',
  frames(answer, schedule) {
    const pace = paceOf(schedule);
    const blocks = blocksOf(answer, pace).flatMap(blockEvents);
    const atMillis = blocks.at(-1)?.atMillis ?? pace.roleMillis;
    const started = { ...headOf(answer), content: [], stop_reason: null, usage: usageOf(answer, 1) };
    const delta = { stop_reason: stopReason(answer), stop_sequence: null };
    return [
      { atMillis: pace.roleMillis, type: 'message_start', message: started },
      ...blocks,
      { atMillis, type: 'message_delta', delta, usage: usageOf(answer) },
      { atMillis, type: 'message_stop' },
    ].map(frameOf);
  },
  body(answer) {
    const content = blocksOf(answer, paceOf()).map(({ whole }) => whole);
    return { ...headOf(answer), content, stop_reason: stopReason(answer), usage: usageOf(answer) };
  },
  lacking: () => ({
    'without-choices': 'event: content_block_delta\ndata: {"index":0}\n\n',
    'without-delta': 'event: content_block_delta\ndata: {"type":"content_block_delta","index":0}\n\n',
    garbage: 'event: content_block_delta\ndata: {"type":"content_block_de\n\n',
    'error-object': `event: error\ndata: ${JSON.stringify({ type: 'error', error: OVERLOADED })}\n\n`,
  }),
};

const OVERLOADED = { type: 'overloaded_error', message: 'Overloaded' };

interface TimedEvent {
  readonly atMillis: number;
  readonly type: string;
  readonly [field: string]: unknown;
}

/** A block: as it begins, its pieces and when they come, and as it is in the end. */
interface Block {
  readonly index: number;
  readonly empty: object;
  readonly whole: object;
  readonly deltas: readonly { readonly atMillis: number; readonly delta: object }[];
}

function blocksOf({ reasoning, tokens, refusal, toolCalls }: Answer, pace: Pace): Block[] {
  const thoughtAt = reasoningAt(pace, reasoning.length);
  let count = 0;
  const next = (): number => pace.firstTokenMillis + count++ * pace.interTokenMillis;
  const texts = [...tokens, ...pieces(refusal ?? '')];
  const thoughts = reasoning.map((thinking, index) => ({
    atMillis: thoughtAt(index),
    delta: { type: 'thinking_delta', thinking },
  }));
  const signed = { atMillis: thoughts.at(-1)?.atMillis ?? 0, delta: { type: 'signature_delta', signature: 'c2ln' } };
  const thinking = { type: 'thinking', thinking: reasoning.join(''), signature: 'c2ln' };
  const text = {
    empty: { type: 'text', text: '' },
    whole: { type: 'text', text: texts.join('') },
    deltas: texts.map((one) => ({ atMillis: next(), delta: { type: 'text_delta', text: one } })),
  };
  const calls = toolCalls.map(({ id, name, arguments: args }) => ({
    empty: { type: 'tool_use', id, name, input: {} },
    whole: { type: 'tool_use', id, name, input: JSON.parse(args) as object },
    deltas: ['', ...pieces(args)].map((json) => ({
      atMillis: next(),
      delta: { type: 'input_json_delta', partial_json: json },
    })),
  }));
  return [
    { empty: { ...thinking, thinking: '', signature: '' }, whole: thinking, deltas: [...thoughts, signed] },
    text,
    ...calls,
  ]
    .filter(({ deltas }) => deltas.length > 1 || (deltas.length === 1 && deltas[0] !== signed))
    .map((block, index) => ({ ...block, index }));
}

function blockEvents({ index, empty, deltas }: Block): TimedEvent[] {
  return [
    { atMillis: deltas[0]!.atMillis, type: 'content_block_start', index, content_block: empty },
    ...deltas.map(({ atMillis, delta }) => ({ atMillis, type: 'content_block_delta', index, delta })),
    { atMillis: deltas.at(-1)!.atMillis, type: 'content_block_stop', index },
  ];
}

const PING = 'event: ping\ndata: {"type": "ping"}\n\n';

/** The service sends a ping behind the beginning of the first block, which the SDK keeps to itself. */
function frameOf({ atMillis, type, ...fields }: TimedEvent): Frame {
  const data = `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
  return { atMillis, data: type === 'content_block_start' && fields.index === 0 ? data + PING : data };
}

const stopReason = ({ finishReason }: Answer): string => (finishReason === 'stop' ? 'end_turn' : 'tool_use');

const headOf = ({ id, model }: Answer): object => ({
  ...{ id, type: 'message', role: 'assistant', model },
  stop_sequence: null,
});

function usageOf({ usage, reasoning }: Answer, output = usage?.completion_tokens): object {
  return {
    input_tokens: usage?.prompt_tokens ?? 0,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: 0,
    output_tokens: output ?? 0,
    ...(reasoning.length > 0 && { output_tokens_details: { thinking_tokens: reasoning.length } }),
  };
}
