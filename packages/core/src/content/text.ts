import type { KeptText } from './mapping';

type Width = (code: number) => number;

/** Bytes of a character in UTF-8; a lone surrogate goes out as U+FFFD. */
const utf8: Width = (code) => (code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4);

/** Bytes of a character inside a string of JSON, which escapes some. */
const json: Width = (code) => {
  if (code === 0x22 || code === 0x5c) return 2;
  if (code < 0x20) return '\b\t\n\f\r'.includes(String.fromCharCode(code)) ? 2 : 6;
  return code >= 0xd800 && code <= 0xdfff ? 6 : utf8(code);
};

interface Fit {
  /** How much of the text fits, in UTF-16 units; never half a character. */
  readonly units: number;
  readonly bytes: number;
}

function fit(text: string, limit: number, width: Width): Fit {
  let units = 0;
  let bytes = 0;
  while (units < text.length) {
    const code = text.codePointAt(units)!;
    const next = bytes + width(code);
    if (next > limit) break;
    bytes = next;
    units += code > 0xffff ? 2 : 1;
  }
  return { units, bytes };
}

const utf8Length = (text: string): number => fit(text, Number.POSITIVE_INFINITY, utf8).bytes;

/** Bytes of `text` in JSON, without quotes; anything above `limit` if it is longer. */
export function jsonLength(text: string, limit: number): number {
  const { units, bytes } = fit(text, limit, json);
  return units === text.length ? bytes : limit + 1;
}

const MARK = /…\[truncated (\d+) bytes\]$/;
const mark = (bytes: number): string => `…[truncated ${bytes} bytes]`;
/** What a mark takes at most. */
const MARK_BYTES = 40;

/** `text` in at most `limit` bytes of JSON, its end replaced by a mark. One that is cut already has one mark still. */
export function cutText(text: string, limit: number): string {
  return cutAt(text, (body) => fit(body, Math.max(0, limit - MARK_BYTES), json).units);
}

function cutAt(text: string, unitsOf: (body: string) => number): string {
  const found = MARK.exec(text);
  const body = found === null ? text : text.slice(0, found.index);
  const kept = body.slice(0, unitsOf(body));
  return kept + mark(Number(found?.[1] ?? 0) + utf8Length(body) - utf8Length(kept));
}

/** What is dropped before a cut that was made ahead of the redactor, so that it can't have left half of a pattern. */
const MARGIN = 256;

/** {@link MARGIN} less of a text that was cut before the redactor saw it; any other as it is. */
export function retreat(text: string): string {
  if (!MARK.test(text)) return text;
  return cutAt(text, (body) => wholeCharacters(body, Math.max(0, body.length - MARGIN)));
}

const wholeCharacters = (text: string, units: number): number =>
  (text.codePointAt(units - 1) ?? 0) > 0xffff ? units - 1 : units;

/** Makes texts that together keep no more than `left` bytes. */
export class TextBudget {
  constructor(public left: number) {}

  text(): KeptText {
    const budget = this;
    let kept = '';
    let omitted = 0;
    return {
      add(text) {
        const { units, bytes } = omitted > 0 ? { units: 0, bytes: 0 } : fit(text, budget.left, utf8);
        budget.left -= bytes;
        kept += units === text.length ? text : text.slice(0, units);
        if (units < text.length) omitted += utf8Length(text) - bytes;
      },
      value: () => (omitted > 0 ? kept + mark(omitted) : kept || undefined),
    };
  }
}
