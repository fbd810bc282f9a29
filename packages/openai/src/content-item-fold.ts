import { type ContentTools, type KeptText, type MessagePart, own, ownString } from '@grump/llm-otel-core';

type PartsOf = (item: unknown, tools: ContentTools) => MessagePart[];

/** Texts of one item past which it is no longer collected. */
const MOST = 128;
/** Ids and names are short; what is not is cut. */
const MOST_UNITS = 256;

/** Kinds of text that an item has, by what its events are called; all else is what a tool was called with. */
const SLOTS = [
  ['response.output_text', 'output_text'],
  ['response.refusal', 'refusal'],
  ['response.reasoning_summary', 'summary'],
  ['response.reasoning', 'reasoning'],
  ['response.audio.transcript', 'transcript'],
  ['response.audio', 'audio'],
] as const;

type Slot = (typeof SLOTS)[number][1] | 'input';

interface Kept {
  readonly slot: Slot;
  readonly text: KeptText;
}

/** Items that have nothing but what comes in pieces. Of others the whole tells more. */
const IN_PIECES = /^(message|reasoning|function_call|custom_tool_call)$/;

/** One item of an answer under way: whole, or in pieces. */
export class ItemFold {
  #tools: ContentTools;
  #head: Record<string, string> = {};
  #whole: MessagePart[] | undefined;
  #texts = new Map<string, Kept>();
  #audioUnits = 0;

  constructor(tools: ContentTools) {
    this.#tools = tools;
  }

  /** The item as it is when it begins, or is done. */
  set(item: unknown, isDone: boolean, partsOf: PartsOf): void {
    for (const key of ['type', 'id', 'call_id', 'name']) {
      const value = ownString(item, key);
      if (value !== undefined) this.#head[key] = value.slice(0, MOST_UNITS);
    }
    const inPieces = this.#texts.size > 0 && IN_PIECES.test(this.#head.type ?? '');
    if (isDone && !inPieces) this.#whole = partsOf(item, this.#tools);
  }

  add(delta: string, type: string, event: unknown): void {
    const slot = SLOTS.find(([name]) => type.startsWith(name))?.[1] ?? 'input';
    if (slot === 'audio') {
      this.#audioUnits += delta.length;
      return;
    }
    const key = `${slot} ${own(event, 'content_index') ?? own(event, 'summary_index') ?? 0}`;
    const kept = this.#texts.get(key) ?? { slot, text: this.#tools.text() };
    if (this.#texts.size < MOST) this.#texts.set(key, kept);
    kept.text.add(delta);
  }

  parts(partsOf: PartsOf): MessagePart[] {
    const parts = this.#whole ?? (this.#texts.size > 0 ? partsOf(this.#joined(), this.#tools) : []);
    if (this.#audioUnits === 0) return parts;
    return [...parts, { ...this.#tools.blob('audio', ''), bytes: Math.floor((this.#audioUnits * 3) / 4) }];
  }

  /** The pieces, in the shape that is not streamed. */
  #joined(): object {
    const list = (slot: Slot, type: string): object[] =>
      [...this.#texts.values()]
        .filter((kept) => kept.slot === slot)
        .map(({ text }) => ({ type, text: text.value(), refusal: text.value() }));
    const content = [
      ...list('output_text', 'output_text'),
      ...list('transcript', 'output_text'),
      ...list('refusal', 'refusal'),
      ...list('reasoning', 'reasoning_text'),
    ];
    const given = this.#texts.get('input 0')?.text.value();
    return {
      type: 'message',
      ...this.#head,
      content,
      summary: list('summary', 'summary_text'),
      arguments: given,
      code: given,
    };
  }
}
