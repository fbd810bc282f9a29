import type { Rule } from './rules';

export type Rules<Options> = Readonly<Record<keyof Options, Rule>>;

/** Throws a `TypeError` of one sentence at the first option that is unknown or has a wrong value. */
export function check<Options extends object>(prefix: string, options: Options, allowed: Rules<Options>): void {
  for (const [name, value] of Object.entries(options)) {
    if (!Object.hasOwn(allowed, name)) throw wrong(`has no option ${prefix}${name}`, Object.keys(allowed).join(', '));
    const rule = allowed[name as keyof Options];
    if (value !== undefined && !rule.accepts(value)) throw wrong(`got ${prefix}${name} ${show(value)}`, rule.allowed);
  }
}

export const wrong = (what: string, allowed: string): TypeError =>
  new TypeError(`register() ${what}; allowed is ${allowed}.`);

const show = (value: unknown): string =>
  typeof value === 'string'
    ? `'${value}'`
    : Array.isArray(value)
      ? 'an array'
      : typeof value === 'object'
        ? 'an object'
        : String(value);
