import { own, ownNumber, ownString } from '@grump/llm-otel-core';
import type { Attributes } from '@opentelemetry/api';

/** Request fields that go on the span as they are. Names: genai main 6fd0d763 (2026-10-09). */
const NUMBERS = [
  ['temperature', 'gen_ai.request.temperature'],
  ['top_p', 'gen_ai.request.top_p'],
  ['top_k', 'gen_ai.request.top_k'],
  ['seed', 'gen_ai.request.seed'],
  ['frequency_penalty', 'gen_ai.request.frequency_penalty'],
  ['presence_penalty', 'gen_ai.request.presence_penalty'],
] as const;

const MOST_SEQUENCES = 16;

const OUTPUT_TYPES: Readonly<Record<string, string>> = { json_object: 'json', json_schema: 'json', text: 'text' };

/** Span attributes of a chat request. */
export function chatAttributes(request: unknown): Attributes {
  const attributes: Attributes = {};
  for (const [field, key] of NUMBERS) set(attributes, key, ownNumber(request, field));
  const limit = ownNumber(request, 'max_completion_tokens') ?? ownNumber(request, 'max_tokens');
  set(attributes, 'gen_ai.request.max_tokens', limit);
  const choices = ownNumber(request, 'n');
  if (choices !== 1) set(attributes, 'gen_ai.request.choice.count', choices);
  if (own(request, 'stream') === true) attributes['gen_ai.request.stream'] = true;
  set(attributes, 'gen_ai.request.stop_sequences', stopSequences(own(request, 'stop')));
  set(attributes, 'gen_ai.request.reasoning.level', ownString(request, 'reasoning_effort'));
  set(attributes, 'gen_ai.output.type', OUTPUT_TYPES[ownString(own(request, 'response_format'), 'type') ?? '']);
  return attributes;
}

function set(attributes: Attributes, key: string, value: Attributes[string]): void {
  if (value !== undefined) attributes[key] = value;
}

function stopSequences(stop: unknown): string[] | undefined {
  if (typeof stop === 'string') return [stop];
  if (!Array.isArray(stop)) return undefined;
  return Array.from({ length: Math.min(stop.length, MOST_SEQUENCES) }, (_, place) => own(stop, String(place))).filter(
    (sequence) => typeof sequence === 'string',
  );
}
