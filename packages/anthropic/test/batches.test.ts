import { describe, expect, it } from 'vitest';
import { message, SDKS, usage, useWrapped } from './wrapped';

let made = 0;
const line = (index: number, result: object): string => JSON.stringify({ custom_id: `r${index}`, result });
const done = (index: number, more: object = {}): string =>
  line(index, { type: 'succeeded', message: message({ model: 'claude-opus-4-8', ...more }) });

/** A client whose batch has these results. */
function useBatch(lines: readonly string[], SDK: (typeof SDKS)[number][1]) {
  const id = `msgbatch_${++made}`;
  const batch = { id, type: 'message_batch', processing_status: 'ended', results_url: 'https://api.anthropic.com/r' };
  const fetch = async (url: unknown) =>
    String(url).endsWith('/r')
      ? new Response(`${lines.join('\n')}\n`, { headers: { 'content-type': 'application/x-jsonl' } })
      : new Response(JSON.stringify(batch), { headers: { 'content-type': 'application/json' } });
  const wrapped = useWrapped([], { SDK, client: { fetch: fetch as never } });
  const { messages, beta } = wrapped.client;
  const batches = 'batches' in messages ? messages.batches : (beta as typeof wrapped.client.beta).messages.batches;
  const read = async (most = Number.POSITIVE_INFINITY) => {
    const seen: unknown[] = [];
    for await (const one of await batches.results(id)) {
      seen.push(one);
      if (seen.length >= most) break;
    }
    return seen;
  };
  return { ...wrapped, read, batches, id };
}

describe.each(SDKS)('SDK %s: the results of a batch', (_, SDK) => {
  const failed = line(2, { type: 'errored', error: { type: 'error', error: { type: 'api_error', message: 'x' } } });
  const lines = [
    done(0, { usage: usage(1000, 200) }),
    done(1, { usage: usage(500, 100) }),
    failed,
    line(3, { type: 'expired' }),
  ];

  it('are counted once, however often they are read', async () => {
    const { read, telemetry } = useBatch(lines, SDK);
    expect((await read()).length).toBe(4);
    const ok = { operation: 'batch', outcome: 'ok', model: 'claude-opus-4-8', provider: 'anthropic' };
    await expect.poll(() => telemetry.total('llm_requests_total', ok)).toBe(2);
    await read();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await telemetry.total('llm_requests_total', ok)).toBe(2);
    expect(await telemetry.total('llm_requests_total', { operation: 'batch', outcome: 'error' })).toBe(2);
    expect(await telemetry.total('llm_tokens_total', { type: 'input' })).toBe(1500);
    expect(await telemetry.total('llm_tokens_total', { type: 'output' })).toBe(300);
    expect(await telemetry.total('llm_token_details_total', { type: 'batch_output' })).toBe(300);
    expect(await telemetry.total('llm_request_duration_seconds')).toBe(0);
    expect(telemetry.spans()).toEqual([]);
  });

  it('cost half', async () => {
    const { read, telemetry } = useBatch(lines, SDK);
    await read();
    // Opus 4.8: 5 and 25 US dollars per million tokens.
    const usd = ((1500 * 5 + 300 * 25) / 1e6) * 0.5;
    await expect.poll(() => telemetry.total('llm_cost_total', { source: 'table' })).toBeCloseTo(usd, 12);
  });

  it('that were read in part are counted in part, and the rest when that is read', async () => {
    const { read, telemetry } = useBatch(lines, SDK);
    await read(1);
    await expect.poll(() => telemetry.total('llm_tokens_total', { type: 'input' })).toBe(1000);
    await read();
    await expect.poll(() => telemetry.total('llm_tokens_total', { type: 'input' })).toBe(1500);
  });

  it('are the same to their reader', async () => {
    const { read } = useBatch(lines, SDK);
    expect(await read()).toEqual(lines.map((one) => JSON.parse(one)));
  });

  it('of thousands of lines are all counted', async () => {
    const many = Array.from({ length: 2500 }, (_, index) => done(index));
    const { read, telemetry } = useBatch(many, SDK);
    expect((await read()).length).toBe(2500);
    await expect.poll(() => telemetry.total('llm_requests_total')).toBe(2500);
  });

  it('with garbage in them fail as ever, and what came before is counted', async () => {
    const { read, telemetry } = useBatch([...lines, '{"custom_id":"x","result":null}', '{no json'], SDK);
    await expect(read()).rejects.toThrow();
    await expect.poll(() => telemetry.total('llm_requests_total')).toBe(4);
  });
});

it('a batch that has none yet is the error of the SDK, once', async () => {
  const { client, telemetry } = useWrapped([
    { body: { id: 'msgbatch_0', processing_status: 'in_progress', results_url: null } },
  ]);
  await expect(client.messages.batches.results('msgbatch_0')).rejects.toThrow(/results_url/);
  expect(await telemetry.metrics()).toEqual([]);
});
