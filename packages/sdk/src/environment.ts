import { getStringFromEnv, getStringListFromEnv } from '@opentelemetry/core';
import { oneOf, type Rule } from './rules';

/** Reads `process.env`; a value that its rule refuses reads as unset and leaves a sentence in `problems`. */
export class Environment {
  /** One sentence per wrong value: the variable, the value, what is allowed. */
  readonly problems: Set<string> = new Set();

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
    const listed = (getStringListFromEnv(variable) ?? []).map((word) => word.toLowerCase());
    for (const word of listed) if (!rule.accepts(word)) this.refuse(variable, word, rule.allowed);
    const known = words.filter((word) => listed.includes(word));
    return known.length > 0 ? known : undefined;
  }

  /** Notes that `value` is not used. */
  refuse(variable: string, value: string, allowed: string): void {
    this.problems.add(`${variable} is '${value}', which is ignored; allowed is ${allowed}.`);
  }

  #read<Value>(variable: string, rule: Rule, parse: (raw: string) => Value): Value | undefined {
    const raw = getStringFromEnv(variable)?.trim();
    if (raw === undefined) return undefined;
    const value = parse(raw);
    if (rule.accepts(value)) return value;
    this.refuse(variable, raw, rule.allowed);
    return undefined;
  }
}
