import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { useTelemetry } from '../../core/test/measure';
import { wrapOpenAI } from '../src/index';

const BODY = { id: 'c', model: 'm', choices: [{ index: 0, finish_reason: 'stop', message: {} }] };
const REQUEST = { model: 'm', messages: [] };

type Headers = Readonly<Record<string, string>>;

/** A wrapped client whose answers have these headers, in turn. */
function useClient(provider: string, ...answers: readonly { readonly status?: number; readonly headers: Headers }[]) {
  const { spans, metrics, ...telemetry } = useTelemetry();
  const left = [...answers];
  const fetch = async () => Response.json(BODY, left.shift());
  const client = wrapOpenAI(new OpenAI({ apiKey: 'none', maxRetries: 0, logLevel: 'off', fetch }), {
    ...telemetry,
    provider,
  });
  const call = () => client.chat.completions.create(REQUEST).catch(() => undefined);
  /** What is left, by kind. */
  const limits = async () => {
    const rows = (await metrics()).filter(({ name }) => name === 'llm_rate_limit_remaining');
    return Object.fromEntries(rows.map((row) => [row.attributes.kind, 'value' in row && row.value]));
  };
  const headers = () =>
    Object.fromEntries(
      Object.entries(spans().at(-1)!.attributes)
        .filter(([key]) => key.startsWith('http.response.header.'))
        .map(([key, value]) => [key.slice('http.response.header.'.length), value]),
    );
  return { call, limits, headers };
}

describe('what is left of the rate limits', () => {
  const both = { requests: 7, tokens: 900 };
  it.each([
    ['openai', { 'x-ratelimit-remaining-requests': '7', 'x-ratelimit-remaining-tokens': '900' }, both],
    ['groq', { 'x-ratelimit-remaining-requests': '7', 'x-ratelimit-remaining-tokens': '900' }, both],
    ['cerebras', { 'x-ratelimit-remaining-requests-day': '7', 'x-ratelimit-remaining-tokens-minute': '900' }, both],
    ['mistral', { 'x-ratelimit-remaining-req-minute': '7', 'x-ratelimit-remaining-tokens-minute': '900' }, both],
    ['together', { 'x-ratelimit-remaining': '7', 'x-tokenlimit-remaining': '900' }, both],
    ['fireworks', { 'x-ratelimit-remaining-requests': '7', 'x-ratelimit-remaining-tokens-generated': '900' }, both],
    ['openai', { 'x-ratelimit-remaining-tokens': '0' }, { tokens: 0 }],
    ['openai', { 'x-ratelimit-remaining-requests': '', 'x-ratelimit-remaining-tokens': 'many' }, {}],
    ['deepseek', {}, {}],
  ])('of %s are read from its headers: %j', async (provider, headers, left) => {
    const { call, limits } = useClient(provider, { headers: headers as unknown as Headers });
    await call();
    expect(await limits()).toEqual(left);
  });

  it('are those of the last response, of a failed one too', async () => {
    const left = (requests: number) => ({ 'x-ratelimit-remaining-requests': String(requests) });
    const { call, limits } = useClient(
      'openai',
      { headers: left(2) },
      { headers: left(1) },
      { status: 429, headers: left(0) },
    );
    await call();
    expect(await limits()).toEqual({ requests: 2 });
    await call();
    await call();
    expect(await limits()).toEqual({ requests: 0 });
  });

  it('are found when only a failure tells of them, long after', async () => {
    const silent = Array.from({ length: 20 }, () => ({ headers: {} }));
    const told = { status: 429, headers: { 'x-ratelimit-remaining-tokens': '0', 'retry-after': '3' } };
    const { call, limits, headers } = useClient('openai', ...silent, told);
    for (let time = 0; time < 21; time++) await call();
    expect(await limits()).toEqual({ tokens: 0 });
    expect(headers()).toEqual({ 'x-ratelimit-remaining-tokens': ['0'], 'retry-after': ['3'] });
  });
});

describe('response headers on the span', () => {
  it('are those of interest, each a list', async () => {
    const interesting = {
      'x-request-id': 'req_1',
      'openai-processing-ms': '345',
      'server-timing': 'total;dur=5',
      'x-ratelimit-limit-requests': '10',
      'x-ratelimit-remaining-requests': '9',
      'x-ratelimit-reset-tokens': '6ms',
      'nvcf-reqid': 'n',
      'x-generation-id': 'gen-1',
    };
    const { call, headers } = useClient('openai', { headers: { ...interesting, 'set-cookie': 'secret', server: 'x' } });
    await call();
    expect(headers()).toEqual(Object.fromEntries(Object.entries(interesting).map(([key, value]) => [key, [value]])));
  });

  it('are the server’s own rate limits too', async () => {
    const { call, headers } = useClient('mistral', { headers: { 'x-ratelimit-remaining-req-minute': '7' } });
    await call();
    expect(headers()).toEqual({ 'x-ratelimit-remaining-req-minute': ['7'] });
  });
});
