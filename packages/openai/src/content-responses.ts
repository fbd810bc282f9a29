import { type ContentMapping, type ContentTools, type Message, own, ownString } from '@grump/llm-otel-core';
import { foldEvents } from './content-events';
import { messageOf, partsOf } from './content-items';
import { definitionOf, listOf } from './content-parts';
import { finishReason, isUnderWay } from './finish';

// Responses as messages of the GenAI conventions: this module is a `ContentMapping`.

export const request: ContentMapping['request'] = (body, tools) => {
  const instructions = ownString(body, 'instructions');
  const definitions = listOf(own(body, 'tools')).map((tool) => toolDefinition(tool, tools));
  return {
    ...(instructions !== undefined && { systemInstructions: [{ type: 'text', content: instructions }] }),
    inputMessages: inputMessages(own(body, 'input'), tools),
    ...(definitions.length > 0 && { toolDefinitions: definitions }),
  };
};

/** A response is one answer, whatever items it has. One that is still worked on has none yet. */
export const result: ContentMapping['result'] = (body, tools) => {
  const output = listOf(own(body, 'output'));
  if (output.length === 0 && isUnderWay(ownString(body, 'status'))) return [];
  return [
    answerOf(
      output.flatMap((item) => partsOf(item, tools)),
      finishReason(body as object),
    ),
  ];
};

export const stream: ContentMapping['stream'] = (tools) => foldEvents(tools, answerOf);

const answerOf = (parts: Message['parts'], reason: string): Message => ({
  role: 'assistant',
  parts,
  finish_reason: reason,
});

function inputMessages(input: unknown, tools: ContentTools): Message[] {
  if (typeof input === 'string') return [{ role: 'user', parts: [{ type: 'text', content: input }] }];
  return listOf(input).map((item) => messageOf(item, tools));
}

function toolDefinition(tool: unknown, tools: ContentTools): ReturnType<typeof definitionOf> {
  return definitionOf(ownString(tool, 'type') ?? 'function', tool, tools);
}
