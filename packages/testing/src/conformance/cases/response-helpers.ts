import { RESPONSES } from '../apis/responses.ts';
import { CITY_TOKENS, MODEL, SPACED } from '../prompts.ts';
import { attempt, readStream } from '../seen.ts';
import type { Client, ConformanceCase } from '../suite.ts';

const ok = { outcome: 'ok' } as const;
const PLAIN = { model: MODEL, input: 'Say hello' };
const CITY_TEXT = {
  format: {
    type: 'json_schema' as const,
    name: 'city',
    schema: { type: 'object', properties: { city: { type: 'string' } } },
  },
};

const finalOf = (helper: ReturnType<Client['responses']['stream']>): Promise<unknown> =>
  attempt(() => helper.finalResponse());

/** What the SDK's helpers for Responses make of the calls inside them. */
export const RESPONSE_HELPERS: readonly ConformanceCase[] = [
  {
    title: 'parse() with a text format',
    respond: { tokens: CITY_TOKENS },
    use: ({ client }) => client.responses.parse({ ...PLAIN, text: CITY_TEXT }),
    seen: { output_parsed: { city: 'Bern' } },
    measured: { ...ok, totals: { llm_stream_duration_seconds: 0 } },
  },
  {
    title: 'parse(), withResponse()',
    respond: { tokens: CITY_TOKENS },
    use: async ({ client }) => {
      const { data, request_id } = await client.responses.parse({ ...PLAIN, text: CITY_TEXT }).withResponse();
      return { data, request_id };
    },
    seen: { data: { output_parsed: { city: 'Bern' } }, request_id: 'req-mock' },
    measured: ok,
  },
  {
    title: 'stream(): events and final response',
    use: async ({ client }) => {
      const helper = client.responses.stream(PLAIN);
      const deltas: string[] = [];
      helper.on('response.output_text.delta', ({ delta }) => void deltas.push(delta));
      return { final: await finalOf(helper), deltas };
    },
    seen: { final: { value: RESPONSES.answer }, deltas: ['Hello', ' there', '!'] },
    measured: { ...ok, totals: { llm_stream_duration_seconds: 1, llm_time_to_first_token_seconds: 1 } },
  },
  {
    title: 'stream(): for await',
    use: async ({ client }) => readStream(RESPONSES, client.responses.stream(PLAIN)),
    seen: { text: 'Hello there!', error: undefined },
    measured: ok,
  },
  {
    title: 'stream(): abort()',
    respond: { tokens: 500, schedule: SPACED },
    use: async ({ client }) => {
      const helper = client.responses.stream(PLAIN);
      helper.once('response.output_text.delta', () => helper.abort());
      return { final: await finalOf(helper), aborted: helper.aborted };
    },
    seen: { final: { error: { class: 'APIUserAbortError' } }, aborted: true },
    measured: { outcome: 'aborted' },
  },
  {
    title: 'stream(): an error of the server',
    respond: { tokens: 3, fault: { kind: 'status', status: 500 } },
    use: async ({ client }) => {
      const helper = client.responses.stream(PLAIN);
      return { final: await finalOf(helper), errored: helper.errored };
    },
    seen: { final: { error: { class: 'InternalServerError', status: 500 } }, errored: true },
    measured: { outcome: 'error', errorType: '500' },
  },
];
