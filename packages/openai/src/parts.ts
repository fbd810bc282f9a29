import { type CallFacts, own, type Usage } from '@grump/llm-otel-core';
import type { Attributes } from '@opentelemetry/api';

const count = (value: unknown): number | undefined =>
  Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : undefined;

const PARTS = ['text', 'image', 'audio'] as const;

/**
 * Reads usage as the newer APIs report it: `input_tokens` and `output_tokens`, each with its parts. Rerankers count
 * `prompt_tokens`, or nothing but `total_tokens`; Whisper's usage is a duration. `undefined` where nothing is counted.
 */
export function readParts(usage: unknown): Usage | undefined {
  const field = (name: string) => count(own(usage, name));
  const input = field('input_tokens') ?? field('prompt_tokens');
  const output = field('output_tokens');
  const seconds = own(usage, 'seconds');
  const audioSeconds = typeof seconds === 'number' && seconds >= 0 ? seconds : undefined;
  const total = output === undefined ? field('total_tokens') : undefined;
  if ((input ?? output ?? total ?? audioSeconds) === undefined) return undefined;
  const into = detailsOf(usage, 'input');
  const out = detailsOf(usage, 'output');
  return {
    input: input ?? total,
    output,
    cacheRead: count(own(into, 'cached_tokens')),
    cacheWrite: count(own(into, 'cache_write_tokens')),
    reasoning: count(own(out, 'reasoning_tokens')),
    audioInput: count(own(into, 'audio_tokens')),
    audioOutput: count(own(out, 'audio_tokens')),
    imageInput: count(own(into, 'image_tokens')),
    imageOutput: count(own(out, 'image_tokens')),
    audioSeconds,
  };
}

/** Images say `input_tokens_details`, audio `input_token_details`. */
const detailsOf = (usage: unknown, side: 'input' | 'output'): unknown =>
  own(usage, `${side}_tokens_details`) ?? own(usage, `${side}_token_details`);

/** The parts of `usage` by modality, as span attributes; names of the latest conventions (2026-10). */
function modalities(usage: unknown): Attributes {
  const attributes: Attributes = {};
  const add = (details: unknown, suffix: string): void => {
    for (const part of PARTS) {
      const tokens = count(own(details, `${part}_tokens`));
      if (tokens !== undefined) attributes[`gen_ai.usage.${part}.${suffix}`] = tokens;
    }
  };
  const into = detailsOf(usage, 'input');
  add(into, 'input_tokens');
  add(own(into, 'cached_tokens_details'), 'cache_read.input_tokens');
  add(detailsOf(usage, 'output'), 'output_tokens');
  return attributes;
}

/** Puts usage and its modalities into the facts of a call. */
export function foldParts(facts: CallFacts, usage: unknown): void {
  facts.usage = readParts(usage) ?? facts.usage;
  facts.attributes = { ...facts.attributes, ...modalities(usage) };
  const seconds = facts.usage?.audioSeconds;
  if (seconds !== undefined) facts.attributes['llm.usage.audio_seconds'] = seconds;
}
