import { withoutClashes } from './clashes';
import type { Collection } from './collection';
import { type FamilyOptions, familiesOf } from './families';
import type { FamilySnapshot, SeriesSnapshot } from './family';
import { TEXT } from './format';
import { createPacer } from './pacer';
import { FamilySeries } from './series';

/** All that was collected as plain data, without families that have no series. */
export async function snapshotsOf(collection: Collection, options: FamilyOptions): Promise<FamilySnapshot[]> {
  const pacer = createPacer();
  const snapshots: FamilySnapshot[] = [];
  const tools = { ...options, findExemplars: undefined, tally: { series: 0, dropped: 0 } };
  for (const family of withoutClashes(familiesOf(collection, TEXT.escaping, options), TEXT, options.warn)) {
    const { name, type, help, unit } = family;
    const series: SeriesSnapshot[] = [];
    const distinct = new FamilySeries(family, TEXT, tools);
    for (const source of family.sources) {
      const of = distinct.of(source);
      for (const [points] of of.batches()) {
        for (const point of points) series.push({ labels: Object.fromEntries(of.pairsOf(point)), value: point.value });
        if (pacer.due()) await pacer.rest();
      }
    }
    if (series.length > 0) snapshots.push({ name, type, help, unit, series });
  }
  return snapshots;
}
