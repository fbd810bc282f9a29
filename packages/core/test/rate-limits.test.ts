import { describe, expect, it, vi } from 'vitest';
import { createProps, FakeApiPromise, type FakeProps } from './fake-api-promise';
import { createWrapped, useTelemetry } from './measure';

const [REQUESTS, TOKENS] = ['x-ratelimit-remaining-requests', 'x-ratelimit-remaining-tokens'] as const;

/** A client whose responses have these headers, one after the other; the last stays. */
function useHeaders(...list: Record<string, string>[]) {
  const telemetry = useTelemetry();
  const get = vi.fn((name: string): string | null => list[0]?.[name] ?? null);
  const answer = () => {
    const props: FakeProps = { ...createProps(), response: { headers: { get } } };
    return new FakeApiPromise(Promise.resolve(props), async () => ({}));
  };
  const client = createWrapped(telemetry, answer);
  const call = async (): Promise<void> => {
    await client.chat.create({ model: 'fake-1' });
    if (list.length > 1) list.shift();
  };
  const limits = async () => {
    const rows = (await telemetry.metrics()).filter(({ name }) => name === 'llm_rate_limit_remaining');
    return Object.fromEntries(rows.map((row) => [row.attributes.kind, row.type === 'gauge' && row.value]));
  };
  return { call, limits, get, telemetry };
}

describe('the rate limit', () => {
  it('is what the last response said is left of it', async () => {
    const { call, limits, telemetry } = useHeaders({ [REQUESTS]: '5', [TOKENS]: '900.5' }, { [REQUESTS]: '4' });
    await call();
    expect(await limits()).toEqual({ requests: 5, tokens: 900.5 });
    await call();
    expect(await limits()).toEqual({ requests: 4, tokens: 900.5 });
    const [row] = (await telemetry.metrics()).filter(({ name }) => name === 'llm_rate_limit_remaining');
    expect(row!.attributes).toEqual({ provider: 'fake', model: 'fake-1', kind: 'requests' });
  });

  it('may be of tokens alone, and of nothing left', async () => {
    const { call, limits } = useHeaders({ [TOKENS]: '0' });
    await call();
    expect(await limits()).toEqual({ tokens: 0 });
  });

  it('is told by an error too', async () => {
    const telemetry = useTelemetry();
    const error = Object.assign(new Error('busy'), { headers: new Headers({ [REQUESTS]: '0' }) });
    const client = createWrapped(telemetry, async () => {
      throw error;
    });
    await expect(client.chat.create({ model: 'fake-1' })).rejects.toBe(error);
    const rows = (await telemetry.metrics()).filter(({ name }) => name === 'llm_rate_limit_remaining');
    expect(rows).toMatchObject([{ value: 0, attributes: { kind: 'requests' } }]);
  });

  it.each(['', 'many', 'Infinity'])('is none for the header "%s"', async (header) => {
    const { call, limits } = useHeaders({ [REQUESTS]: header, [TOKENS]: header });
    await call();
    expect(await limits()).toEqual({});
  });
});
