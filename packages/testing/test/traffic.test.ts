import { Buffer } from 'node:buffer';
import { expect, it } from 'vitest';
import { loadTraffic, trafficProviders } from '../src/index.ts';

it.each([
  ['chat', 139],
  ['responses', 137],
  ['completions', 12],
] as const)('loads every recorded case of %s with its bytes intact', (api, count) => {
  const cases = loadTraffic(undefined, api);
  expect(cases.length).toBe(count);
  expect(cases.filter((one) => !one.api.startsWith(api))).toEqual([]);
  const broken = cases.filter(({ body, bodyBytes }) => Buffer.byteLength(body) !== bodyBytes);
  expect(broken.map(({ provider, name }) => `${provider}/${name}`)).toEqual([]);
});

it('loads one provider, with request and truth beside the body', () => {
  const [first] = loadTraffic('zai');
  expect(first).toMatchObject({ provider: 'zai', name: 'chat-stream-55db9122', stream: true, httpStatus: 200 });
  expect(first?.request).toMatchObject({ stream: true });
  expect(first?.truth.chunks).toBe(first?.rawSdk.itemsYielded);
});

it('names the providers there are when asked for another', () => {
  expect(trafficProviders()).toContain('groq');
  expect(trafficProviders('completions')).toEqual(['local-or-ollama', 'openai', 'portkey', 'together']);
  expect(() => loadTraffic('nobody')).toThrow(/No traffic of "nobody"; there is .*groq/);
});
