import { own, ownNumber, ownString } from '@grump/llm-otel-core';
import type { Attributes } from '@opentelemetry/api';

/** Request fields that go on the span as they are, below `gen_ai.request`. Names: genai main 6fd0d763 (2026-10-09). */
const NUMBERS = ['temperature', 'top_p', 'top_k', 'seed', 'frequency_penalty', 'presence_penalty'].map(
  (field) => [field, `gen_ai.request.${field}`] as const,
);

const LIMITS = ['max_completion_tokens', 'max_tokens', 'max_output_tokens'];

const MOST_SEQUENCES = 16;

const OUTPUT_TYPES: Readonly<Record<string, string>> = { json_object: 'json', json_schema: 'json', text: 'text' };

/** Where the call goes, by its `provider` label. */
interface To {
  readonly provider: string;
}

/** Span attributes of a chat request. */
export function chatAttributes(request: unknown, to: To): Attributes {
  const attributes = requestAttributes(request, to, 'chat_completions');
  set(attributes, 'gen_ai.request.reasoning.level', ownString(request, 'reasoning_effort'));
  setOutputType(attributes, own(request, 'response_format'));
  return attributes;
}

/** Span attributes of a Responses request. */
export function responsesAttributes(request: unknown, to: To): Attributes {
  const attributes = requestAttributes(request, to, 'responses');
  const conversation = own(request, 'conversation');
  const prompt = own(request, 'prompt');
  set(attributes, 'gen_ai.request.reasoning.level', ownString(own(request, 'reasoning'), 'effort'));
  setOutputType(attributes, own(own(request, 'text'), 'format'));
  set(attributes, 'gen_ai.request.previous_response.id', ownString(request, 'previous_response_id'));
  set(
    attributes,
    'gen_ai.conversation.id',
    ownString({ conversation }, 'conversation') ?? ownString(conversation, 'id'),
  );
  set(attributes, 'gen_ai.prompt.name', ownString(prompt, 'id'));
  set(attributes, 'gen_ai.prompt.version', ownString(prompt, 'version'));
  return attributes;
}

/** Span attributes of a request for a response by its id. */
export function fetchAttributes(request: unknown, to: To): Attributes {
  const attributes = requestAttributes(request, to, 'responses');
  set(attributes, 'gen_ai.response.id', ownString(request, 'id'));
  set(attributes, 'gen_ai.request.stream_cursor', ownNumber(request, 'starting_after')?.toString());
  return attributes;
}

/** Span attributes of any request; `api` is `openai.api.type`. */
export function requestAttributes(request: unknown, { provider }: To, api?: string): Attributes {
  const attributes: Attributes = {};
  for (const [field, attribute] of NUMBERS) set(attributes, attribute, ownNumber(request, field));
  for (const field of LIMITS) set(attributes, 'gen_ai.request.max_tokens', ownNumber(request, field));
  const choices = ownNumber(request, 'n');
  if (choices !== 1) set(attributes, 'gen_ai.request.choice.count', choices);
  if (own(request, 'stream') === true) attributes['gen_ai.request.stream'] = true;
  set(attributes, 'gen_ai.request.stop_sequences', stopSequences(own(request, 'stop')));
  if (provider === 'openai') {
    const tier = ownString(request, 'service_tier');
    set(attributes, 'openai.api.type', api);
    if (tier !== 'auto') set(attributes, 'openai.request.service_tier', tier);
  }
  return attributes;
}

function set(attributes: Attributes, key: string, value: Attributes[string]): void {
  if (value !== undefined) attributes[key] = value;
}

function setOutputType(attributes: Attributes, format: unknown): void {
  set(attributes, 'gen_ai.output.type', OUTPUT_TYPES[ownString(format, 'type') ?? '']);
}

function stopSequences(stop: unknown): string[] | undefined {
  if (typeof stop === 'string') return [stop];
  if (!Array.isArray(stop)) return undefined;
  return Array.from({ length: Math.min(stop.length, MOST_SEQUENCES) }, (_, place) => own(stop, String(place))).filter(
    (sequence) => typeof sequence === 'string',
  );
}
