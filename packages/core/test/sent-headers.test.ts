import { expect, it } from 'vitest';
import { SentHeaders } from '../src/sent-headers';
import { wantedHeaders } from '../src/wanted-headers';

/** Headers that count how often they are asked. */
function createHeaders(values: Readonly<Record<string, string>>) {
  const headers = {
    asked: 0,
    get: (name: string) => {
      headers.asked += 1;
      return values[name] ?? null;
    },
  };
  return headers;
}

const WANTED = wantedHeaders().length;

it('headers that a server sends are remembered, and the others asked for ever more rarely', () => {
  const sent = new SentHeaders();
  const asked = Array.from({ length: 70 }, () => {
    const headers = createHeaders({ 'x-request-id': '1' });
    sent.look(headers, undefined);
    expect(sent.read(headers, 'x-request-id')).toBe('1');
    expect(sent.read(headers, 'retry-after')).toBeUndefined();
    return headers.asked;
  });
  // One for the header that is there; at first, and then every 32nd time, those that were not seen yet.
  expect(asked[0]).toBe(WANTED + 1);
  expect(asked.slice(1, 8)).toEqual(Array(7).fill(WANTED));
  expect(asked.slice(8, 32)).toEqual(Array(24).fill(1));
  expect([asked[32], asked[33], asked[64]]).toEqual([WANTED, 1, WANTED]);
});

it('a header that comes later is found, and one that stops is no more than empty', () => {
  const sent = new SentHeaders();
  for (let time = 0; time < 32; time++) sent.look(createHeaders({}), undefined);
  expect(sent.names).toEqual([]);
  sent.look(createHeaders({ 'nvcf-reqid': '1' }), undefined);
  expect(sent.names).toEqual(['nvcf-reqid']);
  expect(sent.read(createHeaders({}), 'nvcf-reqid')).toBeNull();
  expect(sent.read(undefined, 'nvcf-reqid')).toBeUndefined();
});

it('another kind of response is looked through', () => {
  const sent = new SentHeaders();
  for (let time = 0; time < 9; time++) sent.look(createHeaders({}), undefined);
  sent.lookAgain();
  sent.look(createHeaders({ 'retry-after': '1' }), undefined);
  expect(sent.names).toEqual(['retry-after']);
});
