/** What a metric is to OpenTelemetry; decides the type suffix of its Prometheus name. */
export type MetricKind = 'counter' | 'updowncounter' | 'gauge' | 'histogram';

const UNIT_WORDS = new Map([
  ['d', 'days'],
  ['h', 'hours'],
  ['min', 'minutes'],
  ['s', 'seconds'],
  ['ms', 'milliseconds'],
  ['us', 'microseconds'],
  ['ns', 'nanoseconds'],
  ['By', 'bytes'],
  ['KiBy', 'kibibytes'],
  ['MiBy', 'mebibytes'],
  ['GiBy', 'gibibytes'],
  ['TiBy', 'tibibytes'],
  ['KBy', 'kilobytes'],
  ['MBy', 'megabytes'],
  ['GBy', 'gigabytes'],
  ['TBy', 'terabytes'],
  ['m', 'meters'],
  ['V', 'volts'],
  ['A', 'amperes'],
  ['J', 'joules'],
  ['W', 'watts'],
  ['g', 'grams'],
  ['Cel', 'celsius'],
  ['Hz', 'hertz'],
  ['1', ''],
  ['%', 'percent'],
]);

const PER_WORDS = new Map([
  ['s', 'second'],
  ['m', 'minute'],
  ['h', 'hour'],
  ['d', 'day'],
  ['w', 'week'],
  ['mo', 'month'],
  ['y', 'year'],
]);

/**
 * The Prometheus name of an OpenTelemetry metric: strategy `UnderscoreEscapingWithSuffixes` of the OpenTelemetry
 * specification, in the reading of Prometheus' own translator. Empty when nothing of `name` can be kept.
 *
 * It differs from that translator where a unit of several words (`per_second`) is in the name already, which the
 * translator repeats, and where a unit ends in a sign (`m²`), of which the translator leaves a doubled underscore.
 */
export function metricName(name: string, unit: string, kind: MetricKind): string {
  const words = nameWords(name);
  if (words.length === 0) return '';
  for (const suffix of unitSuffixes(unit)) {
    if (!`_${words.join('_')}_`.includes(`_${suffix}_`)) words.push(suffix);
  }
  const full = withTypeSuffix(words, unit, kind).join('_');
  return startsWithDigit(full) ? `_${full}` : full;
}

/** The Prometheus label of an attribute key; empty for an empty key. */
export function labelName(key: string): string {
  // Names such as `__name__` mean something to Prometheus, so doubled underscores go like any others.
  const name = key.replace(/[^A-Za-z0-9]+/g, '_');
  return startsWithDigit(name) ? `key_${name}` : name;
}

function withTypeSuffix(words: readonly string[], unit: string, kind: MetricKind): readonly string[] {
  const suffix = kind === 'counter' ? 'total' : kind === 'gauge' && unit === '1' ? 'ratio' : undefined;
  return suffix === undefined ? words : [...words.filter((word) => word !== suffix), suffix];
}

function unitSuffixes(unit: string): string[] {
  const slash = unit.indexOf('/');
  const main = unitSuffix(slash < 0 ? unit : unit.slice(0, slash), UNIT_WORDS);
  const per = slash < 0 ? '' : unitSuffix(unit.slice(slash + 1), PER_WORDS);
  return [main, per && `per_${per}`].filter((suffix) => suffix !== '');
}

function unitSuffix(unit: string, known: ReadonlyMap<string, string>): string {
  const trimmed = unit.trim();
  if (/[{}]/.test(trimmed)) return '';
  return known.get(trimmed) ?? nameWords(trimmed).join('_');
}

const nameWords = (text: string): string[] => text.split(/[^A-Za-z0-9:]+/).filter((word) => word !== '');

const startsWithDigit = (name: string): boolean => /^[0-9]/.test(name);
