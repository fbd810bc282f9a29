import { type ContentTools, type MessagePart, own, ownString } from '@grump/llm-otel-core';

export type PartsOf = (content: unknown, tools: ContentTools) => MessagePart[];
type ToPart = (block: unknown, tools: ContentTools, showsThoughts: boolean) => MessagePart;

/** Stands for what the model thought, where that is not asked for. */
const REDACTED = '[redacted]';

/** The entries of an array; an accessor among them is `undefined`. */
export function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? Array.from({ length: value.length }, (_, index) => own(value, String(index))) : [];
}

/** The parts of a message: a text, or a list of blocks. Reads own data properties alone. */
export function partsOf(content: unknown, tools: ContentTools, showsThoughts: boolean): MessagePart[] {
  if (typeof content === 'string') return content === '' ? [] : [{ type: 'text', content }];
  return listOf(content).map((block) => {
    const kind = ownString(block, 'type');
    const toPart = kind === undefined ? undefined : (BLOCKS.get(kind) ?? serverResult(kind));
    return toPart?.(block, tools, showsThoughts) ?? { type: 'other', ...(kind !== undefined && { kind }) };
  });
}

const idOf = (id: string | undefined): { id?: string } => (id === undefined ? {} : { id });

const BLOCKS: ReadonlyMap<string, ToPart> = new Map<string, ToPart>([
  ['text', (block) => ({ type: 'text', content: ownString(block, 'text') ?? '' })],
  [
    'thinking',
    (block, _, showsThoughts) => ({
      type: 'reasoning',
      content: showsThoughts ? (ownString(block, 'thinking') ?? '') : REDACTED,
    }),
  ],
  // The service itself has made it unreadable.
  ['redacted_thinking', () => ({ type: 'reasoning', content: REDACTED })],
  ['image', (block, tools) => mediaOf('image', own(block, 'source'), tools)],
  ['document', (block, tools) => mediaOf('document', own(block, 'source'), tools)],
  ['container_upload', (block) => fileOf('document', ownString(block, 'file_id'))],
  ['tool_use', toolCall],
  ['tool_result', toolResult],
  ['server_tool_use', serverCall],
  ['mcp_tool_use', serverCall],
  ['compaction', (block) => ({ type: 'compaction', ...idOf(ownString(block, 'id')) })],
]);

/** An image or a document: its text, its place, or only its type and size. */
function mediaOf(modality: string, source: unknown, tools: ContentTools): MessagePart {
  const data = ownString(source, 'data') ?? '';
  switch (ownString(source, 'type')) {
    case 'text':
      return { type: 'text', content: data };
    case 'url':
      return tools.uri(modality, ownString(source, 'url') ?? '');
    case 'file':
      return fileOf(modality, ownString(source, 'file_id'));
    case 'base64':
      return tools.blob(modality, data, ownString(source, 'media_type'));
    default:
      return { type: 'other', kind: modality };
  }
}

const fileOf = (modality: string, id = ''): MessagePart => ({ type: 'file', modality, file_id: id });

function toolCall(block: unknown, { copy }: ContentTools): MessagePart {
  const given = copy(own(block, 'input'));
  return {
    type: 'tool_call',
    ...idOf(ownString(block, 'id')),
    name: ownString(block, 'name') ?? '',
    ...(given !== undefined && { arguments: given }),
  };
}

function toolResult(block: unknown, tools: ContentTools, showsThoughts: boolean): MessagePart {
  const content = own(block, 'content');
  const response = Array.isArray(content) ? partsOf(content, tools, showsThoughts) : tools.copy(content);
  return { type: 'tool_call_response', ...idOf(ownString(block, 'tool_use_id')), response: response ?? null };
}

function serverCall(block: unknown, { copy }: ContentTools): MessagePart {
  const name = ownString(block, 'name') ?? '';
  const given = copy(own(block, 'input'));
  return {
    type: 'server_tool_call',
    ...idOf(ownString(block, 'id')),
    name,
    server_tool_call: { type: name, ...(given !== undefined && { input: given }) },
  };
}

/** `web_search_tool_result` and its like. Pages and pictures that they hold are left out; what else they tell is text. */
function serverResult(kind: string): ToPart | undefined {
  if (!kind.endsWith('_tool_result')) return undefined;
  return (block, { copy }) => ({
    type: 'server_tool_call_response',
    ...idOf(ownString(block, 'tool_use_id')),
    server_tool_call_response: { type: kind, content: withoutMedia(copy(own(block, 'content'))) ?? null },
  });
}

/** Fields whose text is encrypted, or a file in base64. */
const UNREADABLE: ReadonlySet<string> = new Set(['encrypted_content', 'encrypted_index', 'data']);

/** Of a copy. */
function withoutMedia(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutMedia);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([key]) => !UNREADABLE.has(key));
  return Object.fromEntries(entries.map(([key, field]) => [key, withoutMedia(field)]));
}
