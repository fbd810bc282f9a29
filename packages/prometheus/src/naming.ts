import { UNIT_WORDS, unitSuffixes } from './units';

/** What a metric is to OpenTelemetry; decides the type suffix of its Prometheus name. */
export type MetricKind = 'counter' | 'updowncounter' | 'gauge' | 'histogram';

/**
 * How names are made, as in OpenTelemetry's specification of Prometheus exporters: whether what Prometheus did not use to
 * allow becomes `_`, and whether unit and type are added as suffixes.
 */
export type TranslationStrategy =
  | 'UnderscoreEscapingWithSuffixes'
  | 'UnderscoreEscapingWithoutSuffixes'
  | 'NoUTF8EscapingWithSuffixes'
  | 'NoTranslation';

const DEFAULT_STRATEGY: TranslationStrategy = 'UnderscoreEscapingWithSuffixes';

/**
 * The Prometheus name of an OpenTelemetry metric, letter for letter that of the Collector, whose translator is
 * github.com/prometheus/otlptranslator. Empty when nothing of `name` can be kept.
 */
export function metricName(
  name: string,
  unit: string,
  kind: MetricKind,
  strategy: TranslationStrategy = DEFAULT_STRATEGY,
): string {
  switch (strategy) {
    case 'NoTranslation':
      return name;
    case 'NoUTF8EscapingWithSuffixes':
      return suffixed(name, unit, kind);
    case 'UnderscoreEscapingWithoutSuffixes':
      return checked(name, underscored(words(name, /[^A-Za-z0-9:_]+/)));
    default:
      return checked(name, underscored(withSuffixes(words(name, NOT_IN_NAMES), unit, kind)));
  }
}

/** The Prometheus label of an attribute key; empty for an empty key. */
export function labelName(key: string, strategy: TranslationStrategy = DEFAULT_STRATEGY): string {
  if (!escapes(strategy)) return key;
  // The translator keeps names such as `__name__`, which mean something to Prometheus: there doubled underscores go too.
  const name = key.replace(/[^A-Za-z0-9]+/g, '_');
  return startsWithDigit(name) ? `key_${name}` : name;
}

/** The unit as a word, `''` if it adds none to names. */
export function unitName(unit: string): string {
  return unitSuffixes(unit)
    .map(plainUnit)
    .filter((suffix) => suffix !== '')
    .join('_')
    .replace(/_$/, '');
}

/** Whether names are made of letters, digits and underscores alone. */
const escapes = (strategy: TranslationStrategy): boolean => strategy.startsWith('Underscore');

const NOT_IN_NAMES = /[^A-Za-z0-9:]+/;

const words = (text: string, separator: RegExp): string[] => text.split(separator).filter((word) => word !== '');

function withSuffixes(name: readonly string[], unit: string, kind: MetricKind): string[] {
  const [main, per] = unitSuffixes(unit).map(plainUnit) as [string, string];
  const perUnit = per === 'per_' ? '' : per.replace(/_$/, '');
  const addPer = perUnit !== '' && !name.includes(perUnit);
  const addMain = main !== '' && !name.includes(main);
  const full = [...name];
  if (addMain) full.push(addPer ? main.replace(/_$/, '') : main);
  if (addPer) full.push(perUnit);
  const suffix = typeSuffix(unit, kind);
  return suffix === undefined ? full : [...full.filter((word) => word !== suffix), suffix];
}

/** Suffixes for a name that is otherwise left as it is: `a.b` in seconds is `a.b_seconds`. */
function suffixed(name: string, unit: string, kind: MetricKind): string {
  const [main, per] = unitSuffixes(unit);
  const type = typeSuffix(unit, kind);
  let text = type === undefined ? name : withoutSuffix(name, type);
  if (per !== '') text = withoutSuffix(text, per);
  if (main !== '' && !text.endsWith(main)) text += `_${main}`;
  return [text, per, type].filter((part) => part !== undefined && part !== '').join('_');
}

function withoutSuffix(name: string, suffix: string): string {
  return name.endsWith(suffix) && name.length > suffix.length + 1 ? name.slice(0, -suffix.length - 1) : name;
}

function typeSuffix(unit: string, kind: MetricKind): string | undefined {
  if (kind === 'counter') return 'total';
  return kind === 'gauge' && UNIT_WORDS.get(unit) === '' ? 'ratio' : undefined;
}

const plainUnit = (unit: string): string => unit.replace(/[^A-Za-z0-9:]+/g, '_').replace(/^_/, '');

function underscored(parts: readonly string[]): string {
  const name = parts.join('_');
  return startsWithDigit(name) ? `_${name}` : name;
}

/** Empty for a name that became nothing but underscores. */
const checked = (before: string, name: string): string => (name !== before && /^_*$/.test(name) ? '' : name);

const startsWithDigit = (name: string): boolean => /^[0-9]/.test(name);
