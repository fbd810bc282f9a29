import { withoutClashes } from './clashes';
import type { Collection } from './collection';
import type { FindExemplars } from './exemplars';
import { type FamilyOptions, familiesOf } from './families';
import type { FamilySnapshot, SeriesSnapshot } from './family';
import { TEXT } from './format';
import { createPacer } from './pacer';
import { exemplarFinder } from './render';
import { FamilySeries } from './series';

/** All that was collected as plain data, without families that have no series. */
export async function snapshotsOf(
  collection: Collection,
  options: FamilyOptions,
  findExemplars: FindExemplars | undefined,
): Promise<FamilySnapshot[]> {
  const pacer = createPacer();
  const snapshots: FamilySnapshot[] = [];
  const tools = { ...options, findExemplars, tally: { series: 0, dropped: 0 } };
  for (const family of withoutClashes(familiesOf(collection, TEXT.escaping, options), TEXT, options.warn)) {
    const { name, type, help, unit } = family;
    const series: SeriesSnapshot[] = [];
    const distinct = new FamilySeries(family, TEXT, tools);
    for (const source of family.sources) {
      const of = distinct.of(source);
      const exemplarsOf = type === 'counter' || type === 'histogram' ? exemplarFinder(source, tools) : undefined;
      for (const [points] of of.batches()) {
        for (const point of points) {
          const labels = Object.fromEntries(of.pairsOf(point));
          const exemplars = exemplarsOf?.(point) ?? [];
          series.push(
            exemplars.length === 0 ? { labels, value: point.value } : { labels, value: point.value, exemplars },
          );
        }
        if (pacer.due()) await pacer.rest();
      }
    }
    if (series.length > 0) snapshots.push({ name, type, help, unit, series });
  }
  return snapshots;
}
