import { type ProviderDescriptor, wrapClient } from '@grump/llm-otel-core';
import { openai } from './descriptor';
import { askingForUsage } from './include-usage';
import type { WrapOpenAIOptions } from './options';
import { NIM } from './providers';

let asking: ProviderDescriptor | undefined;

const descriptorOf = ({ includeUsage }: WrapOpenAIOptions): ProviderDescriptor => {
  if (includeUsage !== true) return openai;
  asking ??= askingForUsage(openai);
  return asking;
};

/**
 * Watches an OpenAI client, in place: every call is measured, and the caller sees exactly what it saw before.
 * Wrapping twice is a no-op; `withOptions()` copies are watched too.
 *
 * @returns the very same client
 */
export function wrapOpenAI<Client extends object>(client: Client, options: WrapOpenAIOptions = {}): Client {
  if (typeof client !== 'object' || client === null) {
    throw new TypeError('wrapOpenAI needs an OpenAI client; pass the object that `new OpenAI()` gives');
  }
  return wrapClient(client, descriptorOf(options), options);
}

/** {@link wrapOpenAI} for a NIM, hosted or a container: the provider is `nvidia-nim`, whatever the base URL. */
export function wrapNIM<Client extends object>(client: Client, options?: Omit<WrapOpenAIOptions, 'provider'>): Client {
  return wrapOpenAI(client, { ...options, provider: NIM });
}
