import type { BlobPart, CapturedContent, Message, UriPart } from './messages';

/** Text that grows no further than what is left of the cap of its call. */
export interface KeptText {
  add(text: string): void;
  /** What was kept, with a mark at the end if something was not; `undefined` if nothing was added. */
  value(): string | undefined;
}

/** What core gives to a mapping. */
export interface ContentTools {
  /** Tool definitions shall have description and parameters. */
  readonly fullTools: boolean;
  text(): KeptText;
  /** Stands for inline media; `data` is base64, or a data URL. */
  blob(modality: string, data: string, mimeType?: string): BlobPart;
  /** {@link ContentTools.blob} if it is a data URL. */
  uri(modality: string, uri: string): UriPart | BlobPart;
  /** A copy of plain data, made without running anyone's code. */
  copy(value: unknown): unknown;
}

/** Collects the answer of a stream. */
export interface StreamFold {
  chunk(chunk: unknown): void;
  messages(): Message[];
}

/**
 * How a provider's requests and answers read as messages of the conventions. Reads a request by own data properties
 * alone, and keeps nothing of it but strings and copies.
 */
export interface ContentMapping {
  request(request: unknown, tools: ContentTools): Omit<CapturedContent, 'outputMessages'>;
  result(result: unknown, tools: ContentTools): Message[];
  stream(tools: ContentTools): StreamFold;
}
