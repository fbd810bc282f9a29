import { cutText, jsonLength, retreat } from './text';

/** Texts are not cut below this; then entries go instead. It is longer than any type, role or id. */
const SHORTEST = 96;

/** Stands for so many entries of a list that were left out. */
export type Omission = (count: number) => unknown;

/**
 * `list` in at most `maxBytes` of JSON: the longest texts are cut first, all to the same length; if that is not enough,
 * entries go, oldest first. `undefined` if nothing fits. Takes plain data; what fits comes back as it is.
 */
export function cap(list: readonly unknown[], maxBytes: number, omission: Omission): readonly unknown[] | undefined {
  for (let dropped = 0; dropped <= list.length; dropped += Math.max(1, (list.length - dropped) >> 3)) {
    const kept = dropped === 0 ? list : [omission(dropped), ...list.slice(dropped)];
    const lengths: number[] = [];
    const rest = measure(kept, maxBytes, lengths);
    const level = levelOf(lengths, maxBytes - rest);
    if (level === Number.POSITIVE_INFINITY) return kept;
    if (level >= SHORTEST) return mapTexts(kept, cutLongerThan(level)) as unknown[];
  }
  return undefined;
}

/** Takes the ends of texts away that were cut before the redactor could see them whole. */
export const retreatTexts = (list: readonly unknown[]): readonly unknown[] => mapTexts(list, retreat) as unknown[];

/** Bytes of `value` in JSON without its texts, whose lengths are added to `lengths`. */
function measure(value: unknown, limit: number, lengths: number[]): number {
  if (typeof value === 'string') {
    lengths.push(jsonLength(value, limit));
    return 2;
  }
  if (typeof value !== 'object' || value === null) return String(value).length;
  let bytes = 1;
  if (Array.isArray(value)) {
    for (const item of value) bytes += measure(item, limit, lengths) + 1;
  } else {
    for (const [key, item] of Object.entries(value)) {
      bytes += jsonLength(key, Number.POSITIVE_INFINITY) + 4 + measure(item, limit, lengths);
    }
  }
  return Math.max(2, bytes);
}

/** The length that texts may have at most so that all of them fit into `room`; infinite if they do as they are. */
function levelOf(lengths: readonly number[], room: number): number {
  let left = room;
  for (const [index, length] of [...lengths].sort((a, b) => a - b).entries()) {
    const share = Math.floor(left / (lengths.length - index));
    if (length > share) return share;
    left -= length;
  }
  return left < 0 ? left : Number.POSITIVE_INFINITY;
}

const cutLongerThan = (level: number) => (text: string) =>
  jsonLength(text, level) > level ? cutText(text, level) : text;

function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, change));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapTexts(item, change)]));
}
