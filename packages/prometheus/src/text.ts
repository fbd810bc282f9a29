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

/** Gives the lines of one series, whose labels stand between the braces; `undefined` if the format knows no such value. */
export type SeriesPrinter = (labels: string, value: SeriesValue, exemplars: readonly Exemplar[]) => string | undefined;

const NONE: readonly Exemplar[] = [];
const OLD_TYPES: Partial<Record<Family['type'], string>> = { info: 'gauge', unknown: 'untyped' };

/** The text format 0.0.4, and 1.0.0, in which names may stand in quotes. */
export const TEXT_PRINTER: TextPrinter = {
  head: ({ name, type, help }) => {
    const quoted = quotedName(name);
    const first = help === '' ? '' : `# HELP ${quoted} ${escapeHelp(help)}\n`;
    return `${first}# TYPE ${quoted} ${OLD_TYPES[type] ?? type}\n`;
  },
  series: ({ name }) => {
    const lines = new TextLines(name, { openMetrics: false });
    return (labels, value) => lines.of(labels, value, NONE);
  },
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
    const takesExemplars = type === 'counter' || type === 'histogram';
    return (labels, value, exemplars) => {
      if (type === 'counter' && !(Number(value) >= 0)) return undefined;
      return lines.of(labels, value, takesExemplars ? exemplars : NONE);
    };
  },
  hasExemplars: true,
  end: '# EOF\n',
};

const hasUnit = (family: Family): boolean =>
  /^[A-Za-z0-9_:]+$/.test(family.unit) && family.type !== 'info' && baseName(family).endsWith(`_${family.unit}`);
