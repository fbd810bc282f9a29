import type { BlobPart, UriPart } from './messages';

interface Digest {
  digest(algorithm: string, data: Uint8Array): Promise<ArrayBuffer>;
}
declare const atob: (base64: string) => string;

/** `data:image/png;base64,…`; the type may have parameters. */
const DATA_URL = /^data:([^;,]{0,100})[^,]{0,200},/i;

/** A link as it is; a data URL as {@link blob}. */
export function uri(modality: string, link: string, hash: boolean): UriPart | BlobPart {
  return /^data:/i.test(link) ? blob(modality, link, undefined, hash) : { type: 'uri', modality, uri: link };
}

/** Inline media without the data. The hash is worked out beside the call, and missing if that ends before it. */
export function blob(modality: string, data: string, mimeType: string | undefined, hash: boolean): BlobPart {
  const found = DATA_URL.exec(data);
  const base64 = found === null ? data : data.slice(found[0].length);
  const type = mimeType ?? (found?.[1] || undefined);
  const part: BlobPart = { type: 'blob', modality, ...(type !== undefined && { mime_type: type }), content: '' };
  part.bytes = Math.floor((base64.replace(/=+$/, '').length * 3) / 4);
  if (hash) void addHash(part, base64);
  return part;
}

async function addHash(part: BlobPart, base64: string): Promise<void> {
  const { crypto } = globalThis as { crypto?: { readonly subtle?: Digest } };
  try {
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    const digest = await crypto?.subtle?.digest('SHA-256', bytes);
    if (digest !== undefined) part.sha256 = Array.from(new Uint8Array(digest), hexadecimal).join('');
  } catch {
    // What is no base64 has no hash.
  }
}

const hexadecimal = (byte: number): string => byte.toString(16).padStart(2, '0');
