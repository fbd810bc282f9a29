// The messages of the GenAI conventions, as their JSON schemas (`gen-ai-input-messages.json` and its siblings) have them.

export interface TextPart {
  type: 'text';
  content: string;
}

export interface ReasoningPart {
  type: 'reasoning';
  content: string;
}

export interface ToolCallPart {
  type: 'tool_call';
  id?: string;
  name: string;
  arguments?: unknown;
}

export interface ToolCallResponsePart {
  type: 'tool_call_response';
  id?: string;
  response: unknown;
}

/** A call of a tool that the provider runs itself. */
export interface ServerToolCallPart {
  type: 'server_tool_call';
  id?: string;
  name: string;
  /** What it was called with; `type` is the provider's name for it. */
  server_tool_call: { type: string; [detail: string]: unknown };
}

export interface ServerToolCallResponsePart {
  type: 'server_tool_call_response';
  id?: string;
  /** What came of it; `type` is the provider's name for it. */
  server_tool_call_response: { type: string; [detail: string]: unknown };
}

/** The conversation so far, in the provider's short form, which nobody else can read. */
export interface CompactionPart {
  type: 'compaction';
  id?: string;
}

/** Media sent inline. The data itself is never kept: `content` is empty. */
export interface BlobPart {
  type: 'blob';
  /** `image`, `audio`, `video` or `document`. */
  modality: string;
  mime_type?: string;
  content: string;
  /** How many bytes the media had. */
  bytes?: number;
  /** SHA-256 of the media, in hexadecimal. */
  sha256?: string;
}

export interface UriPart {
  type: 'uri';
  modality: string;
  mime_type?: string;
  uri: string;
}

/** Media that the provider already has. */
export interface FilePart {
  type: 'file';
  modality: string;
  mime_type?: string;
  file_id: string;
}

export interface RefusalPart {
  type: 'refusal';
  content: string;
}

/** Any other part: the conventions know its type alone. */
export interface OtherPart {
  type: 'other';
  /** The provider's name for it. */
  kind?: string;
}

export type MessagePart =
  | TextPart
  | ReasoningPart
  | ToolCallPart
  | ToolCallResponsePart
  | ServerToolCallPart
  | ServerToolCallResponsePart
  | CompactionPart
  | BlobPart
  | UriPart
  | FilePart
  | RefusalPart
  | OtherPart;

export interface Message {
  /** `system`, `user`, `assistant`, `tool`, or the provider's own. */
  role: string;
  parts: MessagePart[];
  /** The name of the participant. */
  name?: string;
  /** Of answers only: `stop`, `length`, `content_filter`, `tool_call`, `compaction`, the provider's own, or `error` where there was none. */
  finish_reason?: string;
}

export interface ToolDefinition {
  type: string;
  name: string;
  description?: string;
  /** JSON schema of the arguments. */
  parameters?: unknown;
}

/** What was said in one call. A redactor may change it in place. */
export interface CapturedContent {
  inputMessages?: Message[];
  outputMessages?: Message[];
  /** Instructions passed beside the messages. Those sent as a message are in `inputMessages`. */
  systemInstructions?: MessagePart[];
  toolDefinitions?: ToolDefinition[];
}
