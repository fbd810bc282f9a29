import type { ContentTools, KeptText, Message, StreamFold } from '@grump/llm-otel-core';

interface FunctionDelta {
  readonly name?: unknown;
  readonly arguments?: unknown;
  readonly input?: unknown;
}

interface ToolDelta {
  readonly index?: unknown;
  readonly id?: unknown;
  readonly function?: FunctionDelta | null;
  readonly custom?: FunctionDelta | null;
}

interface Delta {
  readonly role?: unknown;
  readonly content?: unknown;
  readonly refusal?: unknown;
  readonly reasoning_content?: unknown;
  readonly reasoning?: unknown;
  readonly tool_calls?: unknown;
  readonly function_call?: FunctionDelta | null;
  readonly audio?: { readonly data?: unknown; readonly transcript?: unknown } | null;
}

interface Choice {
  readonly index?: unknown;
  readonly delta?: Delta | null;
  readonly finish_reason?: unknown;
}

/** Makes the message of an answer from one in the shape that is not streamed. */
export type AnswerOf = (message: unknown, finishReason: string | undefined, tools: ContentTools) => Message;

/** Choices, and tool calls of one choice, past which a stream is no longer collected. */
const MOST = 128;
/** Roles, ids and names are short; what is not is cut. */
const MOST_UNITS = 256;

const filled = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value.slice(0, MOST_UNITS) : undefined;

const add = (text: KeptText, value: unknown): void => {
  if (typeof value === 'string') text.add(value);
};

const listOf = <Item>(value: unknown): readonly (Item | null | undefined)[] => (Array.isArray(value) ? value : []);

/** Collects the chunks of a chat stream into messages, which then read as an answer that was not streamed does. */
export function foldChat(tools: ContentTools, answerOf: AnswerOf): StreamFold {
  const choices = new Map<number, ChoiceFold>();
  return {
    chunk(chunk) {
      for (const choice of listOf<Choice>((chunk as { choices?: unknown } | null)?.choices)) {
        const index = typeof choice?.index === 'number' ? choice.index : 0;
        const fold = choices.get(index) ?? (choices.size < MOST ? new ChoiceFold(tools) : undefined);
        if (fold === undefined || !choice) continue;
        choices.set(index, fold);
        fold.add(choice);
      }
    },
    messages: () => [...choices].sort(([left], [right]) => left - right).map(([, fold]) => fold.message(answerOf)),
  };
}

class ChoiceFold {
  #tools: ContentTools;
  #role: string | undefined;
  #reasoning: KeptText;
  #content: KeptText;
  #refusal: KeptText;
  #transcript: KeptText;
  #audioUnits = 0;
  #calls: ToolFold[] = [];
  #byIndex = new Map<unknown, ToolFold>();
  #function: ToolFold | undefined;
  #finishReason: string | undefined;

  constructor(tools: ContentTools) {
    this.#tools = tools;
    this.#reasoning = tools.text();
    this.#content = tools.text();
    this.#refusal = tools.text();
    this.#transcript = tools.text();
  }

  add({ delta, finish_reason: reason }: Choice): void {
    this.#finishReason = filled(reason) ?? this.#finishReason;
    if (!delta) return;
    this.#role ??= filled(delta.role);
    // Some servers send both names of it, with the same text.
    add(this.#reasoning, delta.reasoning_content || delta.reasoning);
    this.#addContent(delta.content);
    add(this.#refusal, delta.refusal);
    add(this.#transcript, delta.audio?.transcript);
    if (typeof delta.audio?.data === 'string') this.#audioUnits += delta.audio.data.length;
    for (const call of listOf<ToolDelta>(delta.tool_calls)) if (call) this.#addCall(call);
    if (delta.function_call) {
      this.#function ??= new ToolFold(this.#tools.text());
      this.#function.add(undefined, delta.function_call);
    }
  }

  /** Mistral's reasoning models send arrays of typed parts. */
  #addContent(content: unknown): void {
    add(this.#content, content);
    for (const part of listOf<{ text?: unknown; thinking?: unknown }>(content)) {
      add(this.#content, part?.text);
      add(this.#reasoning, part?.thinking);
      for (const thought of listOf<{ text?: unknown }>(part?.thinking)) add(this.#reasoning, thought?.text);
    }
  }

  #addCall(delta: ToolDelta): void {
    const called = delta.function ?? delta.custom ?? {};
    const id = filled(delta.id);
    const index = typeof delta.index === 'number' ? delta.index : (id ?? [...this.#byIndex.keys()].at(-1));
    let call = this.#byIndex.get(index);
    // Servers that number nothing send each call whole, with an id and a name of its own.
    const isAnother = id !== undefined && call?.id !== undefined && id !== call.id && filled(called.name) !== undefined;
    if (call === undefined || isAnother) {
      if (this.#calls.length >= MOST) return;
      call = new ToolFold(this.#tools.text());
      this.#calls.push(call);
      this.#byIndex.set(index, call);
    }
    call.add(id, called);
  }

  message(answerOf: AnswerOf): Message {
    const message = {
      role: this.#role,
      reasoning: this.#reasoning.value(),
      content: this.#content.value(),
      refusal: this.#refusal.value(),
      audio: { transcript: this.#transcript.value() },
      tool_calls: this.#calls.map((call) => ({ id: call.id, function: call.called() })),
      function_call: this.#function?.called(),
    };
    const answer = answerOf(message, this.#finishReason, this.#tools);
    if (this.#audioUnits > 0) {
      answer.parts.push({ ...this.#tools.blob('audio', ''), bytes: Math.floor((this.#audioUnits * 3) / 4) });
    }
    return answer;
  }
}

/** One tool call: its name comes whole, its arguments in pieces. */
class ToolFold {
  id: string | undefined;
  #name: string | undefined;

  constructor(readonly text: KeptText) {}

  add(id: string | undefined, delta: FunctionDelta): void {
    this.id ??= id;
    this.#name ??= filled(delta.name);
    add(this.text, delta.arguments ?? delta.input);
  }

  called(): { name: string | undefined; arguments: string | undefined } {
    return { name: this.#name, arguments: this.text.value() };
  }
}
