import { oneOf, type Rule } from './rules';

// `process` is the global throughout: importing it loads its streams, which costs a start some ten milliseconds.
export type Variables = Readonly<Record<string, string | undefined>>;

/** Reads variables; a value that its rule refuses reads as unset and leaves a sentence in `problems`. */
export class Environment {
  /** One sentence per wrong value: the variable, the value, what is allowed. */
  readonly problems: Set<string> = new Set();
  /** Every variable that was looked at. */
  readonly asked: Set<string> = new Set();
  readonly #variables: Variables;

  constructor(variables: Variables = process.env) {
    this.#variables = variables;
  }

  /** The value without the spaces around it; `undefined` where that is empty. */
  raw(variable: string): string | undefined {
    this.asked.add(variable);
    return this.#variables[variable]?.trim() || undefined;
  }

  text(variable: string, rule: Rule): string | undefined {
    return this.#read(variable, rule, (raw) => raw);
  }

  number(variable: string, rule: Rule): number | undefined {
    return this.#read(variable, rule, Number);
  }

  /** One of `words`, whatever its case. */
  word<Word extends string>(variable: string, words: readonly Word[]): Word | undefined {
    return this.#read(variable, oneOf(words), (raw) => raw.toLowerCase() as Word);
  }

  /** Those of the listed words that are known; `undefined` where none is. */
  words<Word extends string>(variable: string, words: readonly Word[]): Word[] | undefined {
    const rule = oneOf(words);
    const listed = (this.raw(variable) ?? '').split(',').map((word) => word.trim().toLowerCase());
    const wrong = listed.filter((word) => word !== '' && !rule.accepts(word));
    for (const word of wrong) this.refuse(variable, word, rule.allowed);
    const known = words.filter((word) => listed.includes(word));
    return known.length > 0 ? known : undefined;
  }

  /** As {@link words}, with `none` for an empty list. */
  wordsOrNone<Word extends string>(variable: string, words: readonly Word[]): Word[] | undefined {
    const listed = this.words<Word | 'none'>(variable, [...words, 'none']);
    if (!listed?.includes('none')) return listed as Word[] | undefined;
    if (listed.length > 1) this.refuse(variable, listed.join(','), `'none' alone, or a list without it`);
    return listed.length > 1 ? undefined : [];
  }

  /** `key=value,key=value`, percent-decoded; `undefined` where it is not such a list. */
  pairs(variable: string): Record<string, string> | undefined {
    const raw = this.raw(variable);
    if (raw === undefined) return undefined;
    const pairs = raw.split(',').filter((pair) => pair.trim() !== '');
    try {
      return Object.fromEntries(pairs.map(decodePair));
    } catch {
      // The value of a wrong list of headers may be a secret.
      const shown = variable.endsWith('_HEADERS') ? 'a malformed list' : raw;
      this.refuse(variable, shown, 'key=value,key=value, percent-encoded');
      return undefined;
    }
  }

  /** Notes that `value` is not used. */
  refuse(variable: string, value: string, allowed: string): void {
    this.problems.add(`${variable} is '${value}', which is ignored; allowed is ${allowed}.`);
  }

  #read<Value>(variable: string, rule: Rule, parse: (raw: string) => Value): Value | undefined {
    const raw = this.raw(variable);
    if (raw === undefined) return undefined;
    const value = parse(raw);
    if (rule.accepts(value)) return value;
    this.refuse(variable, raw, rule.allowed);
    return undefined;
  }
}

function decodePair(pair: string): [key: string, value: string] {
  const at = pair.indexOf('=');
  const key = decodeURIComponent(pair.slice(0, at).trim());
  if (at < 0 || key === '') throw new SyntaxError(pair);
  return [key, decodeURIComponent(pair.slice(at + 1).trim())];
}
