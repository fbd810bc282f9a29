import type { Attributes } from '@opentelemetry/api';
import type { Collection } from './collection';
import { type Escaping, escapeLabelName, escapeName } from './escaping';
import {
  type Family,
  type FamilySnapshot,
  type FamilyType,
  familyOf,
  type Label,
  type Point,
  type Source,
} from './family';
import { labelPairs } from './labels';
import type { MetricSource } from './metric-source';
import { labelName, metricName, type TranslationStrategy, unitName } from './naming';
import type { Warn } from './warn';

export interface FamilyOptions {
  readonly strategy: TranslationStrategy;
  readonly targetInfo: boolean;
  readonly withScopeInfo: boolean;
  /** Attributes of the resource that every series carries. */
  readonly resourceLabels: readonly string[];
  readonly warn: Warn;
}

/** Families by name, in order of name. */
export type Families = readonly Family[];

/** Puts all that was collected into families, under names as `escaping` wants them. */
export function familiesOf(collection: Collection, escaping: Escaping, options: FamilyOptions): Families {
  const families = new Map<string, Family>();
  if (options.targetInfo) addTargetInfo(families, collection.resource.attributes);
  const common = resourceLabels(collection.resource.attributes, escaping, options);
  for (const metric of collection.metrics) addMetric(families, metric, common, escaping, options);
  for (const snapshot of collection.families) addSnapshot(families, snapshot, escaping, options.warn);
  return [...families.values()].sort((left, right) => (left.name < right.name ? -1 : 1));
}

/** What a label of `source` is called in the page; a name that Prometheus needs itself, as all that begin with `__`, gets a prefix. */
export function labelNamer(
  source: Source,
  escaping: Escaping,
  { strategy }: Pick<FamilyOptions, 'strategy'>,
): (key: string) => string {
  const taken = new Set([...RESERVED, ...source.labels.map(([name]) => name)]);
  return (key) => {
    const plain = source.translated ? key : labelName(key, strategy);
    if (plain === '') return '';
    const name = escapeLabelName(plain, escaping);
    return taken.has(name) || name.startsWith('__') ? escapeLabelName(`exported_${plain}`, escaping) : name;
  };
}

/** Labels that tell the buckets of a histogram, or the quantiles of a summary, apart. */
const RESERVED: readonly string[] = ['le', 'quantile'];

function addTargetInfo(families: Map<string, Family>, attributes: Attributes): void {
  if (Object.keys(attributes).length === 0) return;
  const points: readonly Point[] = [{ attributes, value: 1 }];
  const source: Source = {
    instrument: undefined,
    labels: [],
    translated: false,
    distinct: true,
    points: () => [points],
  };
  const name = 'target_info';
  families.set(name, { name, type: 'info', help: 'Target metadata', unit: '', sources: [source] });
}

function addMetric(
  families: Map<string, Family>,
  metric: MetricSource,
  common: readonly Label[],
  escaping: Escaping,
  options: FamilyOptions,
): void {
  const { name: instrument, unit, kind, distinct, keeper } = metric;
  const translated = metricName(instrument, unit, kind, options.strategy);
  const scope = options.withScopeInfo ? scopeLabels(metric.scope, escaping, options) : [];
  const family: Family = {
    name: escapeName(translated, escaping),
    type: kind === 'updowncounter' ? 'gauge' : kind,
    help: metric.description,
    unit: unitName(unit),
    sources: [
      {
        instrument,
        labels: [...common, ...scope],
        translated: false,
        distinct,
        keeper,
        points: () => metric.points(),
      },
    ],
  };
  const fault = translated === '' ? 'nothing of its name is valid in Prometheus' : metric.fault;
  add(families, family, instrument, fault, options.warn);
}

function addSnapshot(families: Map<string, Family>, snapshot: FamilySnapshot, escaping: Escaping, warn: Warn): void {
  const family = familyOf(snapshot);
  add(families, { ...family, name: escapeName(family.name, escaping) }, snapshot.name, undefined, warn);
}

function add(families: Map<string, Family>, family: Family, said: string, fault: string | undefined, warn: Warn): void {
  const present = families.get(family.name);
  const why = fault ?? typeFault(present, family.type);
  if (why !== undefined) {
    warn(`metric '${said}' left out: ${why}`);
  } else if (present === undefined) {
    families.set(family.name, family);
  } else {
    present.help ||= family.help;
    present.sources.push(...family.sources);
  }
}

function typeFault(family: Family | undefined, type: FamilyType): string | undefined {
  if (family === undefined || family.type === type) return undefined;
  return `'${family.name}' is a ${family.type} already, and this is a ${type}`;
}

function resourceLabels(attributes: Attributes, escaping: Escaping, options: FamilyOptions): readonly Label[] {
  const chosen: Attributes = {};
  for (const key of options.resourceLabels) if (attributes[key] !== undefined) chosen[key] = attributes[key];
  return ownLabels(chosen, escaping, options.strategy);
}

function scopeLabels(
  { name, version, schemaUrl, attributes = {} }: MetricSource['scope'],
  escaping: Escaping,
  { strategy }: FamilyOptions,
): readonly Label[] {
  const own = Object.entries(attributes).map(([key, value]) => [`otel_scope_${key}`, value] as const);
  const labels = {
    ...Object.fromEntries(own),
    otel_scope_name: name,
    otel_scope_version: version || undefined,
    otel_scope_schema_url: schemaUrl || undefined,
  };
  return ownLabels(labels, escaping, strategy);
}

function ownLabels(
  attributes: Point['attributes'],
  escaping: Escaping,
  strategy: TranslationStrategy,
): readonly Label[] {
  const labels = Object.keys(attributes).map((key) => ({
    name: escapeLabelName(labelName(key, strategy), escaping),
    opening: '',
    following: '',
    keys: [key] as [string],
  }));
  return labelPairs([], labels, attributes);
}
