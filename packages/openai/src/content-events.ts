import type { ContentTools, Message, MessagePart, StreamFold } from '@grump/llm-otel-core';
import { own, ownString } from '@grump/llm-otel-core';
import { ItemFold } from './content-item-fold';
import { partsOf } from './content-items';
import { listOf } from './content-parts';
import { finishReason, isTerminal } from './finish';

/** Makes the one message of an answer. */
export type AnswerOf = (parts: MessagePart[], finishReason: string) => Message;

/** Items of one answer past which a stream is no longer collected. */
const MOST = 128;

/** Collects the events of a Responses stream into items, which then read as an answer that was not streamed does. */
export function foldEvents(tools: ContentTools, answerOf: AnswerOf): StreamFold {
  const items = new Map<unknown, ItemFold>();
  let reason = 'error';
  const itemOf = (place: unknown): ItemFold | undefined => {
    const item = items.get(place) ?? (items.size < MOST ? new ItemFold(tools) : undefined);
    if (item !== undefined) items.set(place, item);
    return item;
  };
  return {
    chunk(event) {
      const type = ownString(event, 'type') ?? '';
      const [item, response] = [own(event, 'item'), own(event, 'response')];
      const delta = ownString(event, 'delta');
      if (delta !== undefined) itemOf(own(event, 'output_index'))?.add(delta, type, event);
      else if (item) itemOf(own(event, 'output_index'))?.set(item, type.endsWith('.done'), partsOf);
      if (!response || !isTerminal(type)) return;
      reason = finishReason(response);
      for (const [place, output] of listOf(own(response, 'output')).entries()) {
        if (!items.has(place)) itemOf(place)?.set(output, true, partsOf);
      }
    },
    messages: () => [
      answerOf(
        inOrder(items).flatMap((item) => item.parts(partsOf)),
        reason,
      ),
    ],
  };
}

/** What has no place in the output, such as sound, comes first. */
const inOrder = (items: ReadonlyMap<unknown, ItemFold>): ItemFold[] =>
  [...items].sort(([left], [right]) => Number(left ?? -1) - Number(right ?? -1)).map(([, item]) => item);
