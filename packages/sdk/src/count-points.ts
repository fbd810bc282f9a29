import type { ResourceMetrics } from '@opentelemetry/sdk-metrics';

/** Data points of all metrics. */
export const countPoints = ({ scopeMetrics }: ResourceMetrics): number =>
  scopeMetrics.flatMap(({ metrics }) => metrics).reduce((sum, { dataPoints }) => sum + dataPoints.length, 0);
