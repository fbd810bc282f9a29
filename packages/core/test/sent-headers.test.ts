import { expect, it } from 'vitest';
import { SentHeaders } from '../src/sent-headers';

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

const WANTED = ['a', 'b', 'c'];

it('headers that a server sends are remembered, and the others asked for ever more rarely', () => {
  const sent = new SentHeaders();
  const asked = Array.from({ length: 70 }, () => {
    const headers = createHeaders({ a: '1' });
    sent.look(headers, WANTED);
    expect(sent.read(headers, 'a')).toBe('1');
    expect(sent.read(headers, 'b')).toBeUndefined();
    return headers.asked;
  });
  // One for the header that is there; at first, and then every 32nd time, those that were not seen yet.
  expect(asked[0]).toBe(4);
  expect(asked.slice(1, 8)).toEqual(Array(7).fill(3));
  expect(asked.slice(8, 32)).toEqual(Array(24).fill(1));
  expect([asked[32], asked[33], asked[64]]).toEqual([3, 1, 3]);
});

it('a header that comes later is found, and one that stops is no more than empty', () => {
  const sent = new SentHeaders();
  for (let time = 0; time < 32; time++) sent.look(createHeaders({}), WANTED);
  expect(sent.names).toEqual([]);
  sent.look(createHeaders({ c: '1' }), WANTED);
  expect(sent.names).toEqual(['c']);
  expect(sent.read(createHeaders({}), 'c')).toBeNull();
  expect(sent.read(undefined, 'c')).toBeUndefined();
});

it('another kind of response is looked through', () => {
  const sent = new SentHeaders();
  for (let time = 0; time < 9; time++) sent.look(createHeaders({}), WANTED);
  sent.lookAgain();
  sent.look(createHeaders({ b: '1' }), WANTED);
  expect(sent.names).toEqual(['b']);
});
