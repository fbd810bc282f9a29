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
import { definitionOf, filePart, functionCall, inputAudio, linkPart, listOf } from './content-parts';
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

function toolDefinitions(request: unknown, tools: ContentTools): ToolDefinition[] {
  const definitions = listOf(own(request, 'tools')).map((tool) => {
    const type = ownString(tool, 'type') ?? 'function';
    return definitionOf(type, own(tool, 'function') ?? own(tool, 'custom') ?? tool, tools);
  });
  const functions = listOf(own(request, 'functions')).map((called) => definitionOf('function', called, tools));
  return [...definitions, ...functions];
}
