import type { FamilySnapshot, SeriesSnapshot } from '../family';
import { createPacer } from '../pacer';

/** The series of `before` that `now` does not have any more. */
export async function endedSeries(
  before: readonly FamilySnapshot[],
  now: readonly FamilySnapshot[],
): Promise<FamilySnapshot[]> {
  const pacer = createPacer();
  const ended: FamilySnapshot[] = [];
  const present = new Map(now.map((family) => [family.name, family]));
  for (const family of before) {
    const ids = new Set<string>();
    for (const one of present.get(family.name)?.series ?? []) {
      ids.add(idOf(one));
      if (pacer.due()) await pacer.rest();
    }
    const series: SeriesSnapshot[] = [];
    for (const one of family.series) {
      if (!ids.has(idOf(one))) series.push(one);
      if (pacer.due()) await pacer.rest();
    }
    if (series.length > 0) ended.push({ ...family, series });
  }
  return ended;
}

function idOf({ labels }: SeriesSnapshot): string {
  let id = '';
  for (const name of Object.keys(labels).sort()) id += `${name}\u0001${labels[name]}\u0002`;
  return id;
}
