import type { ByteWriter } from './byte-writer';
import { escapeText, quotedLabel } from './escaping';
import type { Label, Point } from './family';
import { type LabelPlan, labelValue } from './labels';

/** `a="1",b="2"`, as it stands between the braces; after `common`, which stands there already. */
export function labelsText(common: string, { labels }: LabelPlan, attributes: Point['attributes']): string {
  let text = common;
  for (const { quoted, keys } of labels) {
    const value = labelValue(attributes, keys);
    if (value !== undefined) text += `${text === '' ? '' : ','}${quoted}="${escapeText(value)}"`;
  }
  return text;
}

/** Writes what {@link labelsText} gives. */
export function writeLabels(
  writer: ByteWriter,
  common: string,
  { labels }: LabelPlan,
  attributes: Point['attributes'],
): void {
  const start = writer.length;
  writer.text(common);
  for (const { quoted, keys } of labels) {
    const value = labelValue(attributes, keys);
    if (value === undefined) continue;
    if (writer.length > start) writer.text(',');
    writer.text(quoted);
    writer.text('="');
    writer.escaped(value);
    writer.text('"');
  }
}

export const pairsText = (pairs: readonly Label[]): string =>
  pairs.map(([name, value]) => `${quotedLabel(name)}="${escapeText(value)}"`).join(',');

/** Escapes a HELP text of the text format, where quotes stay. */
export function escapeHelp(text: string): string {
  return text.replace(/[\\\n]/g, (one) => (one === '\n' ? '\\n' : `\\${one}`));
}
