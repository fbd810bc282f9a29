import { type Amendment, own, type ProviderDescriptor, type Quirks } from '@grump/llm-otel-core';

/** Methods whose streams take `stream_options`. */
const METHODS: ReadonlySet<string> = new Set(['chat.completions', 'completions']);

/** A descriptor whose streams ask for usage. */
export function askingForUsage(descriptor: ProviderDescriptor): ProviderDescriptor {
  const methods = descriptor.methods.map((method) =>
    METHODS.has(method.resource.join('.')) ? { ...method, amendment: USAGE } : method,
  );
  return { ...descriptor, methods };
}

const USAGE: Amendment = { request: askForUsage, isAdded: isUsageAlone };

/**
 * A request for a stream that leaves open whether usage shall come, with the question for it. The caller's object is neither
 * changed nor read: the copy has its prototype and its getters, which the SDK runs once.
 */
function askForUsage(request: unknown, quirks: Quirks | undefined): unknown {
  const options = own(request, 'stream_options') ?? undefined;
  if (own(request, 'stream') !== true || quirks?.asksNoUsage) return undefined;
  if (own(options, 'include_usage') !== undefined) return undefined;
  // Azure refuses it beside data of the user's own.
  if (own(request, 'data_sources') !== undefined) return undefined;
  const asking = Object.create(Object.getPrototypeOf(request), Object.getOwnPropertyDescriptors(request));
  const value = { ...(options as object | undefined), include_usage: true };
  return Object.defineProperty(asking, 'stream_options', {
    value,
    enumerable: true,
    writable: true,
    configurable: true,
  });
}

interface UsageChunk {
  readonly choices?: unknown;
  readonly usage?: unknown;
}

/** The chunk that the question adds; usage on a chunk with choices is the server's own way. */
function isUsageAlone(chunk: unknown): boolean {
  const { choices, usage }: UsageChunk = Object(chunk);
  return Array.isArray(choices) && choices.length === 0 && typeof usage === 'object' && usage !== null;
}
