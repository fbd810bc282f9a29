/** How a scraper wants names that are more than letters, digits and underscores: the `escaping` of its `Accept`. */
export type Escaping = 'allow-utf-8' | 'underscores' | 'dots' | 'values';

const ESCAPINGS: ReadonlySet<string> = new Set<Escaping>(['allow-utf-8', 'underscores', 'dots', 'values']);

/** `undefined` for a scheme that is not known. */
export const escapingOf = (text: string | undefined): Escaping | undefined =>
  ESCAPINGS.has(text ?? '') ? (text as Escaping) : undefined;

/** Whether a metric's name can stand without quotes. */
export const isPlainName = (name: string): boolean => /^[A-Za-z_:][A-Za-z0-9_:]*$/.test(name);

/** Whether a label's name can stand without quotes. */
const isPlainLabel = (name: string): boolean => /^[A-Za-z_][A-Za-z0-9_]*$/.test(name);

/** A metric's name under a scheme, as https://prometheus.io/docs/instrumenting/escaping_schemes has them. */
export function escapeName(name: string, escaping: Escaping): string {
  if (escaping === 'allow-utf-8' || (escaping !== 'dots' && isPlainName(name))) return name;
  if (escaping === 'underscores') return replaceEach(name, () => '_');
  if (escaping === 'dots') return replaceEach(name.replaceAll('_', '__'), (one) => (one === '.' ? '_dot_' : '__'));
  return `U__${replaceEach(name.replaceAll('_', '__'), (one) => `_${one.codePointAt(0)?.toString(16)}_`)}`;
}

/** A label's name under a scheme; a colon is for metrics alone. */
export function escapeLabelName(name: string, escaping: Escaping): string {
  if (escaping === 'allow-utf-8') return name;
  return escapeName(escaping === 'underscores' ? name.replaceAll(':', '_') : name, escaping);
}

const replaceEach = (name: string, replace: (character: string) => string): string =>
  name.replace(/^[0-9]|[^A-Za-z0-9_:]/gu, replace);

/** A metric's name as it stands in text: in quotes where it needs them. */
export const quotedName = (name: string): string => (isPlainName(name) ? name : `"${escapeText(name)}"`);

/** A label's name as it stands in text. */
export const quotedLabel = (name: string): string => (isPlainLabel(name) ? name : `"${escapeText(name)}"`);

const SPECIAL = /[\\"\n]/;

/** Escapes what stands between quotes. */
export function escapeText(text: string): string {
  return SPECIAL.test(text) ? text.replace(/[\\"\n]/g, (one) => (one === '\n' ? '\\n' : `\\${one}`)) : text;
}
