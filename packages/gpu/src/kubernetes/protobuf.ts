/** The fields of a message: numbers to the bytes of each length-delimited value. Other kinds are skipped. */
export function readFields(message: Uint8Array): Map<number, Uint8Array[]> {
  const fields = new Map<number, Uint8Array[]>();
  let at = 0;
  const varint = (): number => {
    let [value, scale] = [0, 1];
    for (;;) {
      const byte = message[at++];
      if (byte === undefined) throw new Error('the answer ends in the middle of a number');
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 128;
    }
  };
  while (at < message.length) {
    const tag = varint();
    const kind = tag & 7;
    if (kind === 0) varint();
    else if (kind === 1) at += 8;
    else if (kind === 5) at += 4;
    else if (kind === 2) {
      const length = varint();
      if (at + length > message.length) throw new Error('the answer ends in the middle of a field');
      const field = Math.floor(tag / 8);
      fields.set(field, [...(fields.get(field) ?? []), message.subarray(at, at + length)]);
      at += length;
    } else throw new Error(`the answer has a field of an unknown kind, ${kind}`);
  }
  return fields;
}

const DECODER = new TextDecoder();

/** The first value of a field as text; empty where it is missing. */
export const text = (fields: Map<number, Uint8Array[]>, field: number): string =>
  DECODER.decode(fields.get(field)?.[0] ?? new Uint8Array());

/** The values of a field as messages. */
export const messages = (fields: Map<number, Uint8Array[]>, field: number): Map<number, Uint8Array[]>[] =>
  (fields.get(field) ?? []).map(readFields);

/** The values of a field as texts. */
export const texts = (fields: Map<number, Uint8Array[]>, field: number): string[] =>
  (fields.get(field) ?? []).map((value) => DECODER.decode(value));
