import type { Families } from './families';
import type { Family } from './family';
import type { Format } from './format';
import type { Warn } from './warn';

const SUFFIXES: Readonly<Record<Family['type'], readonly string[]>> = {
  counter: [''],
  gauge: [''],
  info: [''],
  unknown: [''],
  histogram: ['', '_bucket', '_sum', '_count'],
  summary: ['', '_sum', '_count'],
};

/** OpenMetrics keeps more names for itself, and a family's name is without what its one sample ends in. */
const OPENMETRICS_SUFFIXES: typeof SUFFIXES = {
  ...SUFFIXES,
  counter: ['', '_total', '_created'],
  info: ['', '_info'],
  histogram: [...SUFFIXES.histogram, '_created'],
  summary: [...SUFFIXES.summary, '_created'],
};

/** What families of OpenMetrics leave out of the name that their samples have. */
const ENDINGS: Partial<Record<Family['type'], string>> = { counter: '_total', info: '_info' };

/**
 * Leaves out families whose samples have the name of another's. Where only OpenMetrics sees a clash (`jobs` and
 * `jobs_total`), or knows no such name (a counter without `_total`), the samples stay, of a type unknown.
 */
export function withoutClashes(families: Families, { syntax }: Format, warn: Warn): Families {
  const taken = new Map<string, string>();
  const strict = syntax === 'openmetrics';
  return families.flatMap((family) => {
    for (const candidate of strict ? candidates(family) : [family]) {
      const names = sampleNames(candidate, strict);
      const clash = names.find((name) => taken.has(name));
      if (clash === undefined) {
        for (const name of names) taken.set(name, family.name);
        return [candidate];
      }
    }
    const names = sampleNames(family, strict);
    const holder = taken.get(names.find((name) => taken.has(name)) ?? '');
    warn(`metric '${family.name}' left out: '${holder}' has samples of the same name`);
    return [];
  });
}

/** A family's name in OpenMetrics. */
export function baseName({ name, type }: Family): string {
  const ending = ENDINGS[type];
  return ending === undefined ? name : name.slice(0, -ending.length);
}

function candidates(family: Family): Family[] {
  const ending = ENDINGS[family.type];
  if (ending === undefined) return [family];
  const unknown: Family = { ...family, type: 'unknown' };
  const fits = family.name.endsWith(ending) && family.name.length > ending.length;
  return fits ? [family, unknown] : [unknown];
}

function sampleNames(family: Family, strict: boolean): string[] {
  const base = strict ? baseName(family) : family.name;
  return (strict ? OPENMETRICS_SUFFIXES : SUFFIXES)[family.type].map((suffix) => base + suffix);
}
