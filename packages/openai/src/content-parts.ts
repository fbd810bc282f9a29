import type { ContentTools, MessagePart, ToolCallPart, ToolDefinition } from '@grump/llm-otel-core';
import { own, ownString } from '@grump/llm-otel-core';

// What messages of every API of OpenAI have in common. Reads own data properties alone.

/** The entries of an array of the caller's; an accessor among them is `undefined`. */
export function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? Array.from({ length: value.length }, (_, index) => own(value, String(index))) : [];
}

/** `{ url }`, or the bare URL that some servers take. */
export function linkPart(modality: string, link: unknown, tools: ContentTools): MessagePart {
  return tools.uri(modality, typeof link === 'string' ? link : (ownString(link, 'url') ?? ''));
}

export function inputAudio(audio: unknown, tools: ContentTools): MessagePart {
  const format = ownString(audio, 'format');
  return tools.blob('audio', ownString(audio, 'data') ?? '', format && `audio/${format}`);
}

export function filePart(file: unknown, tools: ContentTools): MessagePart {
  const id = ownString(file, 'file_id');
  if (id !== undefined) return { type: 'file', modality: 'document', file_id: id };
  const url = ownString(file, 'file_url');
  return url === undefined ? tools.blob('document', ownString(file, 'file_data') ?? '') : tools.uri('document', url);
}

/** Arguments are JSON in a string, which the conventions have as a value; what is no JSON stays as it is. */
export function functionCall(called: unknown, id: string | undefined): ToolCallPart {
  const text = ownString(called, 'arguments') ?? ownString(called, 'input');
  const name = ownString(called, 'name') ?? '';
  return {
    type: 'tool_call',
    ...(id !== undefined && { id }),
    name,
    ...(text !== undefined && { arguments: parsed(text) }),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

export function definitionOf(type: string, definition: unknown, { fullTools, copy }: ContentTools): ToolDefinition {
  const name = ownString(definition, 'name') ?? type;
  if (!fullTools) return { type, name };
  const description = ownString(definition, 'description');
  const parameters = copy(own(definition, 'parameters'));
  return {
    type,
    name,
    ...(description !== undefined && { description }),
    ...(parameters !== undefined && { parameters }),
  };
}
