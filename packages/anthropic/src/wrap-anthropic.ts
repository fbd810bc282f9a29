import { type ProviderDescriptor, wrapClient } from '@grump/llm-otel-core';
import { anthropic, showingThoughts } from './descriptor';
import { checkOwnOptions, type WrapAnthropicOptions } from './options';

let thoughtful: ProviderDescriptor | undefined;

const descriptorOf = ({ captureThinking }: WrapAnthropicOptions): ProviderDescriptor => {
  if (captureThinking !== true) return anthropic;
  thoughtful ??= showingThoughts(anthropic);
  return thoughtful;
};

/**
 * Watches a client of Anthropic's SDK, in place: every call is measured, and the caller sees exactly what it saw before.
 * Takes `Anthropic`, `AnthropicBedrock`, `AnthropicVertex`, `AnthropicFoundry` and what has their shape. Wrapping twice is a
 * no-op; `withOptions()` copies are watched too.
 *
 * @returns the very same client
 * @throws TypeError for what is no client, and for an option that cannot be meant
 */
export function wrapAnthropic<Client extends object>(client: Client, options: WrapAnthropicOptions = {}): Client {
  if (typeof client !== 'object' || client === null) {
    throw new TypeError('wrapAnthropic needs an Anthropic client; pass the object that `new Anthropic()` gives');
  }
  checkOwnOptions(options);
  return wrapClient(client, descriptorOf(options), options);
}
