import { baseName } from './clashes';
import { escapeText, quotedName } from './escaping';
import type { Exemplar } from './exemplars';
import type { Family, SeriesValue } from './family';
import { escapeHelp } from './labels-text';
import { TextLines } from './text-lines';

/** Prints the families of one page as text. */
export interface TextPrinter {
  /** The lines before the first series. */
  head(family: Family): string;
  /** Makes the printer of a family's series. */
  series(family: Family): SeriesPrinter;
  readonly hasExemplars: boolean;
  readonly end: string;
}

/** Prints the series of one family; gives `undefined` if the format knows no such value. */
export interface SeriesPrinter {
  /** The line of a number, of which all before the value is given. */
  after(head: string, value: number, exemplars: readonly Exemplar[]): string | undefined;
  /** The lines of any value, whose labels are given as they stand between the braces. */
  of(labels: string, value: SeriesValue, exemplars: readonly Exemplar[]): string | undefined;
}

const NONE: readonly Exemplar[] = [];
const OLD_TYPES: Partial<Record<Family['type'], string>> = { info: 'gauge', unknown: 'untyped' };

/** The text format 0.0.4, and 1.0.0, in which names may stand in quotes. */
export const TEXT_PRINTER: TextPrinter = {
  head: ({ name, type, help }) => {
    const quoted = quotedName(name);
    const first = help === '' ? '' : `# HELP ${quoted} ${escapeHelp(help)}\n`;
    return `${first}# TYPE ${quoted} ${OLD_TYPES[type] ?? type}\n`;
  },
  series: ({ name }) => new TextLines(name, { openMetrics: false }),
  hasExemplars: false,
  end: '',
};

/** OpenMetrics 1.0. */
export const OPENMETRICS_PRINTER: TextPrinter = {
  head: (family) => {
    const name = quotedName(baseName(family));
    const unit = hasUnit(family) ? `# UNIT ${name} ${family.unit}\n` : '';
    const help = family.help === '' ? '' : `# HELP ${name} ${escapeText(family.help)}\n`;
    return `# TYPE ${name} ${family.type}\n${unit}${help}`;
  },
  series: ({ name, type }) => {
    const lines = new TextLines(name, { openMetrics: true });
    const isKnown = (value: SeriesValue): boolean => type !== 'counter' || Number(value) >= 0;
    const taken = (exemplars: readonly Exemplar[]): readonly Exemplar[] =>
      type === 'counter' || type === 'histogram' ? exemplars : NONE;
    return {
      after: (head, value, exemplars) => (isKnown(value) ? lines.after(head, value, taken(exemplars)) : undefined),
      of: (labels, value, exemplars) => (isKnown(value) ? lines.of(labels, value, taken(exemplars)) : undefined),
    };
  },
  hasExemplars: true,
  end: '# EOF\n',
};

const hasUnit = (family: Family): boolean =>
  /^[A-Za-z0-9_:]+$/.test(family.unit) && family.type !== 'info' && baseName(family).endsWith(`_${family.unit}`);
