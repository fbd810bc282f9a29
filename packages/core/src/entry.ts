interface Entries<Key, Value> {
  get(key: Key): Value | undefined;
  set(key: Key, value: Value): unknown;
}

/** The value of `key`, made and kept on first use. */
export function entry<Key, Value>(entries: Entries<Key, Value>, key: Key, make: () => Value): Value {
  const found = entries.get(key);
  if (found !== undefined) return found;
  const made = make();
  entries.set(key, made);
  return made;
}

/** Values by two keys, found without making a key of both. */
export class Table<Row, Column, Value> {
  #rows = new Map<Row, Map<Column, Value>>();

  get(row: Row, column: Column): Value | undefined {
    return this.#rows.get(row)?.get(column);
  }

  keep(row: Row, column: Column, value: Value): Value {
    entry(this.#rows, row, () => new Map<Column, Value>()).set(column, value);
    return value;
  }
}
