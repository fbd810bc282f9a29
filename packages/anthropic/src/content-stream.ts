import type { ContentTools, KeptText, Message, StreamFold } from '@grump/llm-otel-core';
import { filled } from './filled';

interface Block {
  readonly type?: unknown;
  readonly id?: unknown;
  readonly name?: unknown;
  readonly input?: unknown;
  readonly text?: unknown;
  readonly thinking?: unknown;
  readonly [field: string]: unknown;
}

interface Delta {
  readonly text?: unknown;
  readonly thinking?: unknown;
  readonly partial_json?: unknown;
  readonly stop_reason?: unknown;
}

interface StreamEvent {
  readonly type?: unknown;
  readonly index?: unknown;
  readonly content_block?: Block | null;
  readonly delta?: Delta | null;
}

/** Makes the one message of an answer from its blocks, in the shape that is not streamed. */
export type AnswerOf = (content: readonly unknown[], reason: string | undefined) => Message;

/** Blocks of one answer past which a stream is no longer collected. */
const MOST = 256;

/** Collects the events of a message. */
export function foldBlocks(tools: ContentTools, answerOf: AnswerOf): StreamFold {
  const blocks = new Map<unknown, BlockFold>();
  let reason: string | undefined;
  return {
    chunk(chunk) {
      const { type, index, content_block: block, delta } = chunk as StreamEvent;
      if (type === 'content_block_start' && block && blocks.size < MOST) blocks.set(index, new BlockFold(block, tools));
      else if (type === 'content_block_delta' && delta) blocks.get(index)?.add(delta);
      else if (type === 'message_delta') reason = filled(delta?.stop_reason) ?? reason;
    },
    messages: () => [
      answerOf(
        [...blocks.values()].map((block) => block.whole()),
        reason,
      ),
    ],
  };
}

/** One block: its head comes whole, its text, thoughts or input in pieces. */
class BlockFold {
  #head: Block;
  #tools: ContentTools;
  #pieces: KeptText;

  constructor(block: Block, tools: ContentTools) {
    this.#head = tools.copy(block) as Block;
    this.#tools = tools;
    this.#pieces = tools.text();
  }

  add({ text, thinking, partial_json: json }: Delta): void {
    const piece = filled(text) ?? filled(thinking) ?? filled(json);
    if (piece !== undefined) this.#pieces.add(piece);
  }

  whole(): Block {
    const head = this.#head;
    const pieces = this.#pieces.value();
    if (pieces === undefined) return head;
    if (head.type === 'text') return { ...head, text: (filled(head.text) ?? '') + pieces };
    if (head.type === 'thinking') return { ...head, thinking: (filled(head.thinking) ?? '') + pieces };
    return { ...head, input: this.#tools.copy(parsed(pieces)) };
  }
}

/** What is no JSON, since it was cut, stays as it is. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
