/** One line of a `/metrics` page. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const LINE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/;
const LABEL = /(\w+)="((?:[^"\\]|\\.)*)"/g;

/** Reads the samples whose name starts with `prefix` from a page in Prometheus' text format. */
export function parsePage(page: string, prefix: string): Sample[] {
  return page.split('\n').flatMap((line) => {
    const [, name, labels = '', value = ''] = (line.startsWith(prefix) && LINE.exec(line)) || [];
    return name === undefined ? [] : [{ name, labels: parseLabels(labels), value: parseValue(value) }];
  });
}

/** Whether a sample has this name and all of these labels. */
export function matches(sample: Sample, name: string, labels: Sample['labels'] = {}): boolean {
  return sample.name === name && Object.entries(labels).every(([key, value]) => sample.labels[key] === value);
}

/** `+Inf` is how the format spells infinity, in values and in `le`. */
export function parseValue(text: string): number {
  return Number(text.replace('Inf', 'Infinity'));
}

function parseLabels(text: string): Record<string, string> {
  return Object.fromEntries([...text.matchAll(LABEL)].map(([, key, value = '']) => [key, unescaped(value)]));
}

function unescaped(value: string): string {
  return value.replace(/\\(.)/g, (_, character: string) => (character === 'n' ? '\n' : character));
}
