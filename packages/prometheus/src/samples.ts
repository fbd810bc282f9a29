import type { ExponentialHistogram, Histogram } from '@opentelemetry/sdk-metrics';
import { type ClassicBuckets, classicBuckets } from './exponential';
import { formatBound, formatValue } from './numbers';

/** The lines of one series, `labels` being the text between its braces. */
export function sampleText(name: string, labels: string, value: number | Histogram | ExponentialHistogram): string {
  if (typeof value === 'number') return `${name}${braces(labels)} ${formatValue(value)}\n`;
  return histogramText(name, labels, value, 'scale' in value ? classicBuckets(value) : value.buckets);
}

function histogramText(
  name: string,
  labels: string,
  { count, sum }: { count: number; sum?: number | undefined },
  { boundaries, counts }: ClassicBuckets,
): string {
  const bucket = `${name}_bucket{${labels}${labels && ','}le="`;
  let cumulative = 0;
  let text = '';
  for (const [index, boundary] of boundaries.entries()) {
    cumulative += counts[index] ?? 0;
    text += `${bucket}${formatBound(boundary)}"} ${cumulative}\n`;
  }
  text += `${bucket}+Inf"} ${count}\n`;
  // Histograms of values that may be negative have no sum, since it would not be a counter.
  if (sum !== undefined) text += `${name}_sum${braces(labels)} ${formatValue(sum)}\n`;
  return `${text}${name}_count${braces(labels)} ${count}\n`;
}

const braces = (labels: string): string => (labels === '' ? '' : `{${labels}}`);
