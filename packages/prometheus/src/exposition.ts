import type { ResourceMetrics } from '@opentelemetry/sdk-metrics';
import { addScope, addTargetInfo, type Families, type Family } from './families';
import { createLabelWriter, escapeHelp, joinLabels, type LabelWriter } from './labels';
import { sampleText } from './samples';
import type { Warn } from './warn';

export interface ExpositionOptions {
  readonly targetInfo: boolean;
  readonly withScopeInfo: boolean;
  readonly warn: Warn;
}

/** Content type of the text format 0.0.4. */
export const TEXT_CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** Labels that tell the buckets of a histogram, or the quantiles of a summary, apart. */
const RESERVED: ReadonlySet<string> = new Set(['le', 'quantile']);

/** Creates a function that prints what was collected in Prometheus' text format 0.0.4, families in order of name. */
export function createExposition({
  targetInfo,
  withScopeInfo,
  warn,
}: ExpositionOptions): (collected: ResourceMetrics) => string {
  const labelsOf = createLabelWriter((name) => RESERVED.has(name) || (withScopeInfo && name.startsWith('otel_scope_')));
  return ({ resource, scopeMetrics }) => {
    const families: Families = new Map();
    if (targetInfo) addTargetInfo(families, resource.attributes);
    for (const metrics of scopeMetrics) addScope(families, metrics, withScopeInfo, warn);
    return Array.from(families.values())
      .sort((left, right) => (left.name < right.name ? -1 : 1))
      .map((family) => familyText(family, labelsOf, warn))
      .join('');
  };
}

function familyText({ name, type, help, sources }: Family, labelsOf: LabelWriter, warn: Warn): string {
  const seen = new Set<string>();
  let text = help === '' ? '' : `# HELP ${name} ${escapeHelp(help)}\n`;
  text += `# TYPE ${name} ${type}\n`;
  for (const { metric, labels: common } of sources) {
    for (const { attributes, value } of metric.dataPoints) {
      const labels = joinLabels(common, labelsOf(attributes));
      if (seen.has(labels)) {
        warn(`a series of '${name}' left out: another one has the same labels`, labels);
      } else {
        seen.add(labels);
        text += sampleText(name, labels, value);
      }
    }
  }
  return text;
}
