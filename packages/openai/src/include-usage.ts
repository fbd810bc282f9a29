import { type Amendment, own, type ProviderDescriptor, type Quirks } from '@grump/llm-otel-core';

/** A descriptor whose streams ask for usage: those of completions, which take `stream_options`. */
export function askingForUsage(descriptor: ProviderDescriptor): ProviderDescriptor {
  // Until it is there, and where it can't be, a raw response is handed out as it came.
  import('./hidden-usage').then(
    ({ hideIn }) => hideIn(USAGE),
    () => {},
  );
  const methods = descriptor.methods.map((method) =>
    method.resource.at(-1) === 'completions' ? { ...method, amendment: USAGE } : method,
  );
  return { ...descriptor, methods };
}

const USAGE: Amendment = { request: askForUsage, isAdded: isUsageAlone, raw: (response) => response };

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
  const value = { ...(options as object | undefined), include_usage: true };
  return Object.create(Object.getPrototypeOf(request), {
    ...Object.getOwnPropertyDescriptors(request),
    stream_options: { value, enumerable: true, writable: true, configurable: true },
  });
}

interface UsageChunk {
  readonly choices?: unknown;
  readonly usage?: unknown;
}

/** The chunk that the question adds; usage on a chunk with choices is the server's own way. */
function isUsageAlone(chunk: unknown): boolean {
  const { choices, usage }: UsageChunk = Object(chunk);
  return Array.isArray(choices) && choices.length === 0 && Object(usage) === usage;
}
