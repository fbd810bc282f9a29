import { batches } from '../batches';
import type { FindExemplars } from '../exemplars';
import type { Point } from '../family';
import type { MetricSource } from '../metric-source';
import { createPacer } from '../pacer';

/** A metric of one process as plain data, or some of its points. */
export interface MetricPart extends Pick<MetricSource, 'name' | 'unit' | 'description' | 'kind' | 'scope'> {
  readonly fault: string | undefined;
  readonly points: readonly Point[];
}

/** Reads metrics, and lets others have the event loop in between. */
export async function readParts(
  metrics: readonly MetricSource[],
  findExemplars: FindExemplars | undefined,
): Promise<MetricPart[]> {
  const pacer = createPacer();
  const parts: MetricPart[] = [];
  for (const metric of metrics) {
    const points: Point[] = [];
    const find = metric.kind === 'counter' || metric.kind === 'histogram' ? findExemplars : undefined;
    for (const batch of metric.points()) {
      for (const point of batch) {
        const { attributes, value } = point;
        const exemplars = find?.(metric.name, point) ?? [];
        points.push(exemplars.length === 0 ? { attributes, value } : { attributes, value, exemplars });
      }
      if (pacer.due()) await pacer.rest();
    }
    const { name, unit, description, kind, scope, fault } = metric;
    if (points.length > 0) parts.push({ name, unit, description, kind, scope, fault, points });
  }
  return parts;
}

/** The metric of a part, for a page. */
export const sourceOf = ({ points, ...metric }: MetricPart): MetricSource => ({
  ...metric,
  distinct: true,
  points: () => batches(points),
});

/** Points in a message: a few milliseconds of work on either side. */
const POINTS = 1000;

/** Parts in lots that a message can take. At least one. */
export function* lotsOf(parts: readonly MetricPart[]): Generator<readonly MetricPart[]> {
  let lot: MetricPart[] = [];
  let count = 0;
  for (const part of parts) {
    for (let from = 0; from < part.points.length; from += POINTS) {
      const points = part.points.slice(from, from + POINTS);
      lot.push({ ...part, points });
      count += points.length;
      if (count < POINTS) continue;
      yield lot;
      lot = [];
      count = 0;
    }
  }
  yield lot;
}
