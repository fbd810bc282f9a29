import { own, ownNumber, ownString } from '@grump/llm-otel-core';
import type { Attributes } from '@opentelemetry/api';

/** Request fields that go on the span as they are. Names: genai main 6fd0d763 (2026-10-09). */
const NUMBERS = [
  ['temperature', 'gen_ai.request.temperature'],
  ['top_p', 'gen_ai.request.top_p'],
  ['top_k', 'gen_ai.request.top_k'],
  ['max_tokens', 'gen_ai.request.max_tokens'],
  ['max_tokens_to_sample', 'gen_ai.request.max_tokens'],
] as const;

const MOST_SEQUENCES = 16;

/** Span attributes of a message's request; those under `anthropic.` are named as the SDK's own spans have them. */
export function messageAttributes(request: unknown): Attributes {
  const attributes = requestAttributes(request);
  const config = own(request, 'output_config');
  const thinking = own(request, 'thinking');
  const format = ownString(own(config, 'format') ?? own(request, 'output_format'), 'type');
  set(attributes, 'gen_ai.request.reasoning.level', ownString(config, 'effort'));
  set(attributes, 'gen_ai.output.type', format === 'json_schema' ? 'json' : undefined);
  set(attributes, 'anthropic.request.service_tier', ownString(request, 'service_tier'));
  set(attributes, 'anthropic.thinking.type', ownString(thinking, 'type'));
  set(attributes, 'anthropic.thinking.budget_tokens', ownNumber(thinking, 'budget_tokens'));
  return attributes;
}

/** Span attributes of any request. */
export function requestAttributes(request: unknown): Attributes {
  const attributes: Attributes = {};
  for (const [field, key] of NUMBERS) set(attributes, key, ownNumber(request, field));
  if (own(request, 'stream') === true) attributes['gen_ai.request.stream'] = true;
  set(attributes, 'gen_ai.request.stop_sequences', stopSequences(own(request, 'stop_sequences')));
  return attributes;
}

function set(attributes: Attributes, key: string, value: Attributes[string]): void {
  if (value !== undefined) attributes[key] = value;
}

function stopSequences(stop: unknown): string[] | undefined {
  if (!Array.isArray(stop)) return undefined;
  return Array.from({ length: Math.min(stop.length, MOST_SEQUENCES) }, (_, place) => own(stop, String(place))).filter(
    (sequence) => typeof sequence === 'string',
  );
}
