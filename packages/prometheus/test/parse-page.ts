/** One line of a page. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const LINE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/s;
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(?:,|$)/y;

/** Reads the samples of a text page, and throws at a line that format 0.0.4 does not allow. */
export function parsePage(page: string): Sample[] {
  if (page !== '' && !page.endsWith('\n')) throw new Error('the last line has no end');
  const lines = page.split('\n').slice(0, -1);
  return lines.filter((line) => !/^# (HELP|TYPE) [a-zA-Z_:][a-zA-Z0-9_:]* ?/.test(line)).map(parseLine);
}

function parseLine(line: string): Sample {
  const [, name, labels = '', value] = LINE.exec(line) ?? [];
  if (name === undefined || value === undefined) throw new Error(`not a sample: ${line}`);
  return { name, labels: parseLabels(labels), value: parseValue(value) };
}

function parseLabels(text: string): Record<string, string> {
  const labels: Record<string, string> = {};
  LABEL.lastIndex = 0;
  for (let at = 0; at < text.length; at = LABEL.lastIndex) {
    const [, name, value] = LABEL.exec(text) ?? [];
    if (name === undefined || value === undefined || name in labels) throw new Error(`not labels: ${text.slice(at)}`);
    labels[name] = value.replace(/\\(.)/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped));
  }
  return labels;
}

function parseValue(text: string): number {
  if (text === 'NaN') return Number.NaN;
  const value = Number(text.replace('Inf', 'Infinity'));
  if (Number.isNaN(value)) throw new Error(`not a value: ${text}`);
  return value;
}
