import type { Poller } from './poller';
import type { Series } from './series';

/** The poller's own health; nothing while there is nothing to measure. */
export function healthSeries({ state, health }: Poller): Series[] {
  if (state === 'dormant' || state === 'starting' || state === 'stopped') return [];
  const { lastSuccess, pollSeconds, errors } = health;
  const one = (name: string, value: number | undefined) =>
    value === undefined ? [] : [{ name, value, attributes: {} }];
  return [
    ...one('gpu_collector_up', state === 'running' ? 1 : 0),
    ...one('gpu_collector_last_success_timestamp_seconds', lastSuccess),
    ...one('gpu_collector_poll_duration_seconds', pollSeconds),
    ...Array.from(errors.values(), ({ source, code, count }) => ({
      name: 'gpu_collector_errors_total',
      value: count,
      attributes: { source, code },
    })),
  ];
}
