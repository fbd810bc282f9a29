import type { Schedule } from '../mock/scenario.ts';

export const MODEL = 'meta/llama-3.1-8b-instruct';

interface PlainRequest {
  readonly model: string;
  readonly messages: { role: 'user'; content: string }[];
}

interface StreamedRequest extends PlainRequest {
  readonly stream: true;
  readonly stream_options: { include_usage: true };
}

/** A plain chat request. */
export const PLAIN: PlainRequest = { model: MODEL, messages: [{ role: 'user', content: 'Say hello' }] };

/** The same, streamed with usage. */
export const STREAMED: StreamedRequest = { ...PLAIN, stream: true, stream_options: { include_usage: true } };

/** Text that `CITY_FORMAT` accepts. */
export const CITY_TOKENS: readonly string[] = ['{"city":', '"Bern"}'];

export const CITY_FORMAT = {
  type: 'json_schema' as const,
  json_schema: { name: 'city', schema: { type: 'object', properties: { city: { type: 'string' } } } },
};

export const WEATHER_CALL = { name: 'weather', arguments: '{"city":"Bern"}' };

/** A strict tool, whose arguments `parse` reads. */
export const WEATHER_TOOL = {
  type: 'function' as const,
  function: { name: 'weather', strict: true, parameters: { type: 'object', properties: { city: { type: 'string' } } } },
};

/** A tool that runs. */
export const WEATHER_RUNNABLE = {
  type: 'function' as const,
  function: {
    name: 'weather',
    description: 'The weather of a city',
    parameters: { type: 'object', properties: { city: { type: 'string' } } },
    parse: (text: string): { city: string } => JSON.parse(text),
    function: ({ city }: { city: string }): string => `sunny in ${city}`,
  },
};

/** Far enough apart that a caller can act between two chunks. */
export const SPACED: Schedule = { roleMillis: 5, firstTokenMillis: 25, interTokenMillis: 20 };
