import type { ByteWriter } from './byte-writer';
import { baseName } from './clashes';
import { escapeText, quotedName } from './escaping';
import type { Exemplar } from './exemplars';
import type { Family, SeriesValue } from './family';
import { escapeHelp } from './labels-text';
import { TextLines, type WriteLabels } from './text-lines';

/** Prints the families of one page as text. */
export interface TextPrinter {
  /** The lines before the first series. */
  head(family: Family): string;
  /** Makes the printer of a family's series. */
  series(family: Family, writer: ByteWriter): SeriesPrinter;
  readonly hasExemplars: boolean;
  readonly end: string;
}

/** Writes one series, unless the format knows no such value: then it gives false. */
export type SeriesPrinter = (writeLabels: WriteLabels, value: SeriesValue, exemplars: readonly Exemplar[]) => boolean;

const OLD_TYPES: Partial<Record<Family['type'], string>> = { info: 'gauge', unknown: 'untyped' };

/** The text format 0.0.4, and 1.0.0, in which names may stand in quotes. */
export const TEXT_PRINTER: TextPrinter = {
  head: ({ name, type, help }) => {
    const quoted = quotedName(name);
    const first = help === '' ? '' : `# HELP ${quoted} ${escapeHelp(help)}\n`;
    return `${first}# TYPE ${quoted} ${OLD_TYPES[type] ?? type}\n`;
  },
  series: ({ name }, writer) => {
    const lines = new TextLines(name, writer, { openMetrics: false });
    return (writeLabels, value) => {
      lines.write(writeLabels, value, []);
      return true;
    };
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
  series: ({ name, type }, writer) => {
    const lines = new TextLines(name, writer, { openMetrics: true });
    const takesExemplars = type === 'counter' || type === 'histogram';
    return (writeLabels, value, exemplars) => {
      if (type === 'counter' && !(Number(value) >= 0)) return false;
      lines.write(writeLabels, value, takesExemplars ? exemplars : []);
      return true;
    };
  },
  hasExemplars: true,
  end: '# EOF\n',
};

const hasUnit = (family: Family): boolean =>
  /^[A-Za-z0-9_:]+$/.test(family.unit) && family.type !== 'info' && baseName(family).endsWith(`_${family.unit}`);
