import { describe, expect, test } from 'vitest';
import { PrometheusBridge, type ScrapeAuth } from '../src/index';
import { bind } from './support';

const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;

async function statusOf(auth: ScrapeAuth, authorization?: string): Promise<Response> {
  const headers = authorization === undefined ? {} : { authorization };
  return bind({ auth }).bridge.fetch(new Request('http://localhost/metrics', { headers }));
}

describe('credentials', () => {
  test.each<[string, ScrapeAuth, string]>([
    ['a token', { bearer: 'secret' }, 'Bearer secret'],
    ['a token, with the scheme in any case', { bearer: 'secret' }, 'bearer  secret'],
    ['one of two tokens', { bearer: ['old', 'new'] }, 'Bearer new'],
    ['a name and a password', { basic: { username: 'é', password: 'a:b' } }, basic('é:a:b')],
    ['either', { bearer: 'secret', basic: { username: 'a', password: 'b' } }, 'Bearer secret'],
  ])('are right: %s', async (_, auth, authorization) => {
    expect((await statusOf(auth, authorization)).status).toBe(200);
  });

  test.each<[string, ScrapeAuth, string | undefined]>([
    ['none', { bearer: 'secret' }, undefined],
    ['empty', { bearer: 'secret' }, ''],
    ['no token', { bearer: 'secret' }, 'Bearer '],
    ['another token', { bearer: 'secret' }, 'Bearer secre'],
    ['a longer token', { bearer: 'secret' }, 'Bearer secrets'],
    ['another scheme', { bearer: 'secret' }, basic('secret:')],
    ['another password', { basic: { username: 'a', password: 'b' } }, basic('a:c')],
    ['a token for a password', { basic: { username: 'a', password: 'b' } }, 'Bearer YTpi'],
  ])('are wrong: %s', async (_, auth, authorization) => {
    const response = await statusOf(auth, authorization);
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toMatch(auth.basic ? /^Basic / : /^Bearer /);
    expect(await response.text()).toBe('Metrics are read with credentials\n');
  });

  test.each<ScrapeAuth>([{}, { bearer: [] }, { bearer: '' }])('%o let nobody in, and are refused at once', (auth) => {
    expect(() => new PrometheusBridge({ auth })).toThrow('auth: a bearer token or basic credentials are needed');
  });

  test('that are wrong cost no collection', async () => {
    const { bridge } = bind({ auth: { bearer: 'secret' } });
    await bridge.fetch(new Request('http://localhost/metrics'));
    expect(bridge.stats.pages).toBe(0);
  });
});
