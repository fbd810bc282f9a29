import { escapeText, isPlainName, quotedLabel } from './escaping';
import type { Label, Point } from './family';
import { type LabelPlan, labelValue, type PlannedLabel } from './labels';

/** What stands around the labels of a series. */
export interface Surroundings {
  readonly start: string;
  readonly end: string;
  /** Instead of both, where there are no labels. */
  readonly bare: string;
}

/** Around nothing but the labels. */
export const NOTHING: Surroundings = { start: '', end: '', bare: '' };

/** From a sample's name on up to its value. */
export function beforeValue(name: string): Surroundings {
  const end = '} ';
  if (isPlainName(name)) return { start: `${name}{`, end, bare: `${name} ` };
  const quoted = `{"${escapeText(name)}"`;
  return { start: `${quoted},`, end, bare: `${quoted}} ` };
}

export const surround = ({ start, end, bare }: Surroundings, labels: string): string =>
  labels === '' ? bare : start + labels + end;

/** `a="1",b="2"`, as it stands between the braces; after `common`, which stands there already. */
export function labelsText(
  common: string,
  { labels }: LabelPlan,
  attributes: Point['attributes'],
  around: Surroundings,
): string {
  const parts: string[] = [around.start, common === '' ? '' : `${common},`];
  // No iterator: this is most of a first scrape, for which nothing is compiled yet.
  for (let index = 0; index < labels.length; index++) {
    const { keys, opening, following } = labels[index] as PlannedLabel;
    const value = labelValue(attributes, keys);
    if (value !== undefined) parts.push(parts.length === 2 ? opening : following, escapeText(value));
  }
  if (parts.length === 2) return surround(around, common);
  parts.push('"', around.end);
  // Not put together with `+`: what is kept would be a tree of strings, to be gone through at every scrape.
  return parts.join('');
}

export const pairsText = (pairs: readonly Label[]): string =>
  pairs.map(([name, value]) => `${quotedLabel(name)}="${escapeText(value)}"`).join(',');

/** Escapes a HELP text of the text format, where quotes stay. */
export function escapeHelp(text: string): string {
  return text.replace(/[\\\n]/g, (one) => (one === '\n' ? '\\n' : `\\${one}`));
}
