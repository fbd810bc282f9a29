import { type ContentTools, type Message, type MessagePart, own, ownString } from '@grump/llm-otel-core';
import { filePart, functionCall, inputAudio, linkPart, listOf } from './content-parts';

type ToParts = (item: unknown, tools: ContentTools) => MessagePart[];

/** An item of a Responses input as a message. */
export function messageOf(item: unknown, tools: ContentTools): Message {
  const type = ownString(item, 'type');
  const role = ownString(item, 'role') ?? (type?.endsWith('_output') ? 'tool' : 'assistant');
  return { role, parts: partsOf(item, tools) };
}

/** The parts that an item of a Responses input or output is made of. */
export function partsOf(item: unknown, tools: ContentTools): MessagePart[] {
  const type = ownString(item, 'type') ?? 'message';
  if (type.endsWith('_output')) return [toolResponse(item, tools)];
  return ITEMS.get(type)?.(item, tools) ?? [{ type: 'other', kind: type }];
}

/** Items by type. Calls that the application answers are `tool_call`s, be the tool its own or the provider's. */
const ITEMS: ReadonlyMap<string, ToParts> = new Map<string, ToParts>([
  ['message', (item, tools) => contentParts(own(item, 'content'), tools)],
  ['reasoning', (item, tools) => [...thoughts(own(item, 'summary'), tools), ...thoughts(own(item, 'content'), tools)]],
  ['function_call', (item) => [functionCall(item, callId(item))]],
  ['custom_tool_call', (item) => [functionCall(item, callId(item))]],
  ['mcp_approval_request', (item) => [functionCall(item, callId(item))]],
  ['computer_call', (item, tools) => [builtIn(item, 'computer', ['action', 'actions'], tools)]],
  ['local_shell_call', (item, tools) => [builtIn(item, 'local_shell', ['action'], tools)]],
  ['shell_call', (item, tools) => [builtIn(item, 'shell', ['action'], tools)]],
  ['apply_patch_call', (item, tools) => [builtIn(item, 'apply_patch', ['operation'], tools)]],
  ['tool_search_call', (item, tools) => [builtIn(item, 'tool_search', ['arguments'], tools)]],
  ['web_search_call', (item, tools) => serverCall(item, 'web_search', tools)],
  ['file_search_call', (item, tools) => serverCall(item, 'file_search', tools)],
  ['code_interpreter_call', (item, tools) => serverCall(item, 'code_interpreter', tools)],
  ['mcp_call', (item, tools) => serverCall(item, ownString(item, 'name') ?? 'mcp', tools)],
  ['image_generation_call', imageParts],
  ['compaction', (item) => [{ type: 'compaction', ...idOf(ownString(item, 'id')) }]],
]);

const callId = (item: unknown): string | undefined => ownString(item, 'call_id') ?? ownString(item, 'id');

const idOf = (id: string | undefined): { id?: string } => (id === undefined ? {} : { id });

/** The content of a message, or the output of a tool. */
function contentParts(content: unknown, tools: ContentTools): MessagePart[] {
  if (typeof content === 'string') return content === '' ? [] : [{ type: 'text', content }];
  return listOf(content).flatMap((part) => {
    const kind = ownString(part, 'type');
    return CONTENT.get(kind ?? '')?.(part, tools) ?? [{ type: 'other', ...(kind !== undefined && { kind }) }];
  });
}

const text: ToParts = (part) => [{ type: 'text', content: ownString(part, 'text') ?? '' }];

const CONTENT: ReadonlyMap<string, ToParts> = new Map<string, ToParts>([
  ['input_text', text],
  ['output_text', text],
  ['text', text],
  ['refusal', (part) => [{ type: 'refusal', content: ownString(part, 'refusal') ?? '' }]],
  ['input_image', imagePart],
  ['computer_screenshot', imagePart],
  ['input_file', (part, tools) => [filePart(part, tools)]],
  ['input_audio', (part, tools) => [inputAudio(own(part, 'input_audio'), tools)]],
  [
    'output_audio',
    (part, tools) => [
      { type: 'text', content: ownString(part, 'transcript') ?? '' },
      tools.blob('audio', ownString(part, 'data') ?? ''),
    ],
  ],
]);

function imagePart(part: unknown, tools: ContentTools): MessagePart[] {
  const id = ownString(part, 'file_id');
  if (id !== undefined) return [{ type: 'file', modality: 'image', file_id: id }];
  return [linkPart('image', own(part, 'image_url'), tools)];
}

const thoughts: ToParts = (parts) =>
  listOf(parts).map((part) => ({ type: 'reasoning', content: ownString(part, 'text') ?? '' }));

function toolResponse(item: unknown, tools: ContentTools): MessagePart {
  const output = own(item, 'output');
  const isContent = CONTENT.has(ownString(output, 'type') ?? ownString(listOf(output)[0], 'type') ?? '');
  const response = isContent ? contentParts(Array.isArray(output) ? output : [output], tools) : tools.copy(output);
  return { type: 'tool_call_response', ...idOf(callId(item)), response: response ?? null };
}

/** A call of a tool that the provider has defined and the application runs. */
function builtIn(item: unknown, name: string, fields: readonly string[], tools: ContentTools): MessagePart {
  const [given] = fields.map((field) => tools.copy(own(item, field))).filter((value) => value !== undefined);
  return {
    type: 'tool_call',
    ...idOf(callId(item)),
    name,
    ...(given !== undefined && { arguments: given }),
  };
}

const ASKED = ['action', 'queries', 'code', 'arguments', 'server_label'];
const ANSWERED = ['results', 'output', 'error'];

/** A call of a tool that the provider runs, and what came of it as far as that is text. */
function serverCall(item: unknown, name: string, tools: ContentTools): MessagePart[] {
  const type = ownString(item, 'type') ?? name;
  const id = idOf(ownString(item, 'id'));
  const answered = { ...pick(item, ANSWERED, tools), ...logsOf(item) };
  const call: MessagePart = {
    type: 'server_tool_call',
    ...id,
    name,
    server_tool_call: { type, ...pick(item, ASKED, tools) },
  };
  if (Object.keys(answered).length === 0) return [call];
  return [call, { type: 'server_tool_call_response', ...id, server_tool_call_response: { type, ...answered } }];
}

function pick(item: unknown, fields: readonly string[], tools: ContentTools): Record<string, unknown> {
  const entries = fields.map((field) => [field, tools.copy(own(item, field)) ?? null] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== null));
}

/** Of what a code interpreter gave, images are left out. */
function logsOf(item: unknown): { logs?: string[] } {
  const logs = listOf(own(item, 'outputs')).flatMap((output) => ownString(output, 'logs') ?? []);
  return logs.length > 0 ? { logs } : {};
}

function imageParts(item: unknown, tools: ContentTools): MessagePart[] {
  const call = serverCall(item, 'image_generation', tools);
  const image = ownString(item, 'result');
  return image === undefined ? call : [...call, tools.blob('image', image)];
}
