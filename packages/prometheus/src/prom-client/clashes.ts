import type { FamilySnapshot } from '../family';
import { isOurs } from './ours';
import type { PromClientMetric, PromClientRegistry } from './registry';

/** A family that would be printed under names which a metric of the registry has. */
export interface Clash {
  readonly family: FamilySnapshot;
  readonly metric: PromClientMetric;
}

/** A `prom-client` registry already has metrics of the same names. */
export class NameClashError extends Error {
  override readonly name = 'NameClashError';

  constructor(
    message: string,
    /** The names, those of the registry's metrics. */
    readonly metrics: readonly string[],
  ) {
    super(message);
  }
}

const ADVICE =
  "Rename one of each: an OpenTelemetry instrument with a view, or drop it with one; or leave them out with { clashes: 'leave-out' }";

/** The error that tells of clashes. */
export function clashError(clashes: readonly Clash[]): NameClashError {
  const what = clashes.map(describe).join(', ');
  return new NameClashError(
    `the prom-client registry already has ${what}. ${ADVICE}`,
    clashes.map(({ metric }) => metric.name),
  );
}

/** What one clash is, for a message. */
export function describe({ family, metric }: Clash): string {
  const theirs = `a ${typeOf(metric)} '${metric.name}'`;
  if (family.name === metric.name) return `${theirs}, which is the name of a ${family.type} of the bridge`;
  return `${theirs}, which has series in common with the ${family.type} '${family.name}' of the bridge`;
}

/** The families that clash with what others have put into the registry. */
export function clashesOf(families: readonly FamilySnapshot[], registry: PromClientRegistry): Clash[] {
  const others = registry.getMetricsAsArray().filter((metric) => !isOurs(metric)) as readonly PromClientMetric[];
  const taken = new Map<string, PromClientMetric>();
  for (const metric of others) for (const name of printedNames(metric, registry)) taken.set(name, metric);
  return families.flatMap((family) => {
    const name = printedNames(family, registry).find((printed) => taken.has(printed));
    return name === undefined ? [] : [{ family, metric: taken.get(name)! }];
  });
}

const SUFFIXES: Readonly<Record<string, readonly string[]>> = {
  histogram: ['', '_bucket', '_sum', '_count'],
  summary: ['', '_sum', '_count'],
};

/** Version 14 says it of what `get()` gives, not of the metric. */
function typeOf(metric: { readonly type?: string }): string {
  if (metric.type !== undefined) return metric.type;
  if ('upperBounds' in metric) return 'histogram';
  if ('percentiles' in metric) return 'summary';
  return metric.constructor.name === 'Gauge' ? 'gauge' : 'counter';
}

/** All names under which a metric's series are printed, and its own. */
function printedNames(
  metric: { readonly name: string; readonly type?: string },
  registry: PromClientRegistry,
): string[] {
  const { name } = metric;
  const type = typeOf(metric);
  const isSuffixed = type === 'counter' && registry.contentType.startsWith('application/openmetrics-text');
  const base = isSuffixed ? `${name.replace(/_total$/, '')}_total` : name;
  return (SUFFIXES[type] ?? ['']).map((suffix) => base + suffix);
}
