import { expect, it, vi } from 'vitest';
import { entry, Table } from '../src/entry';

it('an entry is made on first use, and kept', () => {
  const entries = new Map<string, object>();
  const make = vi.fn(() => ({}));
  const made = entry(entries, 'a', make);
  expect(entry(entries, 'a', make)).toBe(made);
  expect(entry(entries, 'b', make)).not.toBe(made);
  expect(make).toHaveBeenCalledTimes(2);
});

it('a table keeps a value for two keys', () => {
  const table = new Table<string, string | undefined, number>();
  expect(table.get('row', 'column')).toBeUndefined();
  expect(table.keep('row', 'column', 1)).toBe(1);
  table.keep('row', undefined, 2);
  table.keep('other', 'column', 3);
  expect([table.get('row', 'column'), table.get('row', undefined), table.get('other', 'column')]).toEqual([1, 2, 3]);
  expect(table.get('other', undefined)).toBeUndefined();
});
