import {
  type ContentMapping,
  type ContentTools,
  type Message,
  type MessagePart,
  own,
  ownString,
  type ToolDefinition,
} from '@grump/llm-otel-core';
import { listOf, type PartsOf, partsOf } from './content-blocks';
import { foldBlocks } from './content-stream';

const FINISH_REASONS: ReadonlyMap<string, string> = new Map([
  ['end_turn', 'stop'],
  ['stop_sequence', 'stop'],
  ['max_tokens', 'length'],
  ['model_context_window_exceeded', 'length'],
  ['tool_use', 'tool_call'],
  ['refusal', 'content_filter'],
]);

/** How requests and answers read as messages of the GenAI conventions. */
export function mappingOf(showsThoughts: boolean): ContentMapping {
  const parts: PartsOf = (content, tools) => partsOf(content, tools, showsThoughts);
  return {
    request(body, tools) {
      const system = parts(own(body, 'system'), tools);
      const definitions = listOf(own(body, 'tools')).map((tool) => definitionOf(tool, tools));
      return {
        ...(system.length > 0 && { systemInstructions: system }),
        inputMessages: listOf(own(body, 'messages')).flatMap((message) => messagesOf(message, parts, tools)),
        ...(definitions.length > 0 && { toolDefinitions: definitions }),
      };
    },
    result: (message, tools) => [answerOf(parts(own(message, 'content'), tools), ownString(message, 'stop_reason'))],
    stream: (tools) => foldBlocks(tools, (content, reason) => answerOf(parts(content, tools), reason)),
  };
}

/** Without a reason it was broken off, for which the conventions have `error`. */
function answerOf(parts: MessagePart[], reason = 'error'): Message {
  return { role: 'assistant', parts, finish_reason: FINISH_REASONS.get(reason) ?? reason };
}

/** Results of tools come in a message of the user, and are a message of their own in the conventions. */
function messagesOf(message: unknown, partsIn: PartsOf, tools: ContentTools): Message[] {
  const role = ownString(message, 'role') ?? 'user';
  const parts = partsIn(own(message, 'content'), tools);
  const isResult = ({ type }: MessagePart): boolean => type === 'tool_call_response';
  const results = parts.filter(isResult);
  const rest = parts.filter((part) => !isResult(part));
  return [
    ...(results.length > 0 ? [{ role: 'tool', parts: results }] : []),
    ...(rest.length > 0 || results.length === 0 ? [{ role, parts: rest }] : []),
  ];
}

/** Tools of the application's own have no type, or `custom`. */
function definitionOf(tool: unknown, { fullTools, copy }: ContentTools): ToolDefinition {
  const given = ownString(tool, 'type') ?? 'custom';
  const type = given === 'custom' ? 'function' : given;
  const name = ownString(tool, 'name') ?? ownString(tool, 'mcp_server_name') ?? type;
  if (!fullTools) return { type, name };
  const description = ownString(tool, 'description');
  const parameters = copy(own(tool, 'input_schema'));
  return {
    type,
    name,
    ...(description !== undefined && { description }),
    ...(parameters !== undefined && { parameters }),
  };
}
