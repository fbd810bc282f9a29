import { escapeText, quotedLabel } from './escaping';
import type { Label, Point } from './family';
import { type LabelPlan, labelValue, type PlannedLabel } from './labels';

/** `a="1",b="2"`, as it stands between the braces; after `common`, which stands there already. */
export function labelsText(common: string, { labels }: LabelPlan, attributes: Point['attributes']): string {
  const parts: string[] = [];
  // No iterator: this is most of a first scrape, for which nothing is compiled yet.
  for (let index = 0; index < labels.length; index++) {
    const { keys, opening, following } = labels[index] as PlannedLabel;
    const value = labelValue(attributes, keys);
    if (value !== undefined) parts.push(parts.length === 0 ? opening : following, escapeText(value));
  }
  if (parts.length === 0) return common;
  if (common !== '') parts.unshift(common, ',');
  parts.push('"');
  // Not put together with `+`: what is kept would be a tree of strings, to be gone through at every scrape.
  return parts.join('');
}

export const pairsText = (pairs: readonly Label[]): string =>
  pairs.map(([name, value]) => `${quotedLabel(name)}="${escapeText(value)}"`).join(',');

/** Escapes a HELP text of the text format, where quotes stay. */
export function escapeHelp(text: string): string {
  return text.replace(/[\\\n]/g, (one) => (one === '\n' ? '\\n' : `\\${one}`));
}
