import {
  type ContentMapping,
  type ContentTools,
  type Message,
  type MessagePart,
  own,
  ownString,
  type ToolCallPart,
  type ToolDefinition,
} from '@grump/llm-otel-core';
import { foldChat } from './content-stream';

// Chat requests and answers as messages of the GenAI conventions: this module is a `ContentMapping`.

export const request: ContentMapping['request'] = (body, tools) => {
  const definitions = toolDefinitions(body, tools);
  return {
    inputMessages: listOf(own(body, 'messages')).map((message) => messageOf(message, tools)),
    ...(definitions.length > 0 && { toolDefinitions: definitions }),
  };
};

export const result: ContentMapping['result'] = (body, tools) =>
  listOf(own(body, 'choices')).map((choice) =>
    answerOf(own(choice, 'message'), ownString(choice, 'finish_reason'), tools),
  );

export const stream: ContentMapping['stream'] = (tools) => foldChat(tools, answerOf);

/** The entries of an array of the caller's; an accessor among them is `undefined`. */
function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? Array.from({ length: value.length }, (_, index) => own(value, String(index))) : [];
}

/** OpenAI's plural for a message with several calls, and its older name. */
const FINISH_REASONS: ReadonlyMap<string, string> = new Map([
  ['tool_calls', 'tool_call'],
  ['function_call', 'tool_call'],
]);

/** An answer. Without a reason it was broken off, for which the conventions have `error`. */
function answerOf(message: unknown, finishReason: string | undefined, tools: ContentTools): Message {
  const reason = finishReason ?? 'error';
  const answer = messageOf(message, tools, 'assistant');
  return { ...answer, finish_reason: FINISH_REASONS.get(reason) ?? reason };
}

function messageOf(message: unknown, tools: ContentTools, defaultRole = 'user'): Message {
  const role = ownString(message, 'role') ?? defaultRole;
  const name = ownString(message, 'name');
  const parts = role === 'tool' || role === 'function' ? [toolResponse(message, tools)] : partsOf(message, tools);
  return { role, parts, ...(name !== undefined && { name }) };
}

function toolResponse(message: unknown, tools: ContentTools): MessagePart {
  const id = ownString(message, 'tool_call_id');
  const content = own(message, 'content');
  const response = Array.isArray(content) ? contentParts(content, tools) : (tools.copy(content) ?? null);
  return { type: 'tool_call_response', ...(id !== undefined && { id }), response };
}

function partsOf(message: unknown, tools: ContentTools): MessagePart[] {
  const reasoning = ownString(message, 'reasoning_content') ?? ownString(message, 'reasoning');
  const refusal = ownString(message, 'refusal');
  const audio = own(message, 'audio');
  const calls = listOf(own(message, 'tool_calls')).map(toolCall);
  const call = own(message, 'function_call');
  return [
    ...(reasoning === undefined ? [] : [{ type: 'reasoning' as const, content: reasoning }]),
    ...contentParts(own(message, 'content'), tools),
    ...(refusal === undefined ? [] : [{ type: 'refusal' as const, content: refusal }]),
    ...audioParts(audio, tools),
    ...calls,
    ...(typeof call === 'object' && call !== null ? [functionCall(call, undefined)] : []),
  ];
}

function contentParts(content: unknown, tools: ContentTools): MessagePart[] {
  if (typeof content === 'string') return content === '' ? [] : [{ type: 'text', content }];
  return listOf(content).map((part) => contentPart(part, tools));
}

/** Parts of a message, by type: OpenAI's own, and those that vLLM, NIM, Mistral and OpenRouter add. */
const PARTS: ReadonlyMap<string, (part: unknown, tools: ContentTools) => MessagePart> = new Map([
  ['text', (part) => ({ type: 'text', content: ownString(part, 'text') ?? '' })],
  ['refusal', (part) => ({ type: 'refusal', content: ownString(part, 'refusal') ?? '' })],
  ['thinking', (part) => ({ type: 'reasoning', content: thinkingOf(own(part, 'thinking')) })],
  ['image_url', (part, tools) => linkPart('image', own(part, 'image_url'), tools)],
  ['video_url', (part, tools) => linkPart('video', own(part, 'video_url'), tools)],
  ['audio_url', (part, tools) => linkPart('audio', own(part, 'audio_url'), tools)],
  ['input_audio', (part, tools) => inputAudio(own(part, 'input_audio'), tools)],
  ['file', (part, tools) => filePart(own(part, 'file'), tools)],
] satisfies [string, (part: unknown, tools: ContentTools) => MessagePart][]);

function contentPart(part: unknown, tools: ContentTools): MessagePart {
  const kind = ownString(part, 'type');
  const known = kind === undefined ? undefined : PARTS.get(kind);
  return known?.(part, tools) ?? { type: 'other', ...(kind !== undefined && { kind }) };
}

function thinkingOf(thinking: unknown): string {
  if (typeof thinking === 'string') return thinking;
  return listOf(thinking)
    .map((part) => ownString(part, 'text') ?? '')
    .join('');
}

/** `{ url }`, or the bare URL that some servers take. */
function linkPart(modality: string, link: unknown, tools: ContentTools): MessagePart {
  return tools.uri(modality, typeof link === 'string' ? link : (ownString(link, 'url') ?? ''));
}

function inputAudio(audio: unknown, tools: ContentTools): MessagePart {
  const format = ownString(audio, 'format');
  return tools.blob('audio', ownString(audio, 'data') ?? '', format && `audio/${format}`);
}

function filePart(file: unknown, tools: ContentTools): MessagePart {
  const id = ownString(file, 'file_id');
  if (id !== undefined) return { type: 'file', modality: 'document', file_id: id };
  return tools.blob('document', ownString(file, 'file_data') ?? '');
}

/** What the model said: the sound is dropped, its transcript is text. In a request it is the id of an earlier answer. */
function audioParts(audio: unknown, tools: ContentTools): MessagePart[] {
  const transcript = ownString(audio, 'transcript');
  const data = ownString(audio, 'data');
  const id = ownString(audio, 'id');
  if (data === undefined && transcript === undefined) {
    return id === undefined ? [] : [{ type: 'file', modality: 'audio', file_id: id }];
  }
  return [
    ...(transcript === undefined ? [] : [{ type: 'text' as const, content: transcript }]),
    ...(data === undefined ? [] : [tools.blob('audio', data)]),
  ];
}

function toolCall(call: unknown): ToolCallPart {
  return functionCall(own(call, 'function') ?? own(call, 'custom'), ownString(call, 'id'));
}

/** Arguments are JSON in a string, which the conventions have as a value; what is no JSON stays as it is. */
function functionCall(called: unknown, id: string | undefined): ToolCallPart {
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

function toolDefinitions(request: unknown, tools: ContentTools): ToolDefinition[] {
  const definitions = listOf(own(request, 'tools')).map((tool) => {
    const type = ownString(tool, 'type') ?? 'function';
    return definitionOf(type, own(tool, 'function') ?? own(tool, 'custom') ?? tool, tools);
  });
  const functions = listOf(own(request, 'functions')).map((called) => definitionOf('function', called, tools));
  return [...definitions, ...functions];
}

function definitionOf(type: string, definition: unknown, { fullTools, copy }: ContentTools): ToolDefinition {
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
