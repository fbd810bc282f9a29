import { excerpt } from './excerpt.ts';
import type { Reading } from './meter.ts';
import { METRICS_PORT } from './port.ts';
import type { Server } from './server.ts';

/** What is said before the traffic. */
export function introduction({ isMock, baseURL, models }: Server, metricsUrl: string | undefined): string[] {
  const isUsual = metricsUrl !== undefined && URL.parse(metricsUrl)?.port === String(METRICS_PORT);
  return [
    isMock ? `A mock of NVIDIA NIM answers at ${baseURL}.` : `Asking ${models.join(', ')} at ${baseURL}.`,
    isUsual ? `Metrics are at ${metricsUrl}.` : `Port ${METRICS_PORT} is taken, so metrics are at ${metricsUrl}.`,
    '',
  ];
}

/** What is said when the table is complete. */
export function conclusion({ samples, rows }: Reading, metricsUrl: string | undefined, keep: boolean): string[] {
  const models = rows.map(({ model }) => model);
  const until = keep ? ' until Ctrl-C' : ' (--keep leaves them up)';
  return [
    '',
    `Metrics are at ${metricsUrl}${until}. The four NIM-aligned series there, shortened:`,
    '',
    ...excerpt(samples, models),
    '',
  ];
}
