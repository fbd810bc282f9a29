import type { Series } from './series';
import type { SourceReading } from './source';

/** How reading goes. */
export class Health {
  /** Seconds since 1970. */
  lastSuccess: number | undefined;
  pollSeconds: number | undefined;
  /** Since the meter started. */
  readonly errors: Map<string, { readonly source: string; readonly code: string; count: number }> = new Map();

  /** Adds the errors of a poll. */
  note({ source, errors }: SourceReading): void {
    for (const [code, times] of Object.entries(errors)) this.count(source, code, times);
  }

  count(source: string, code: string, times: number): void {
    const key = `${source} ${code}`;
    const entry = this.errors.get(key) ?? { source, code, count: 0 };
    entry.count += times;
    this.errors.set(key, entry);
  }
}

/** A poller, as far as its health goes. */
interface Observed {
  readonly state: string;
  readonly health: Health;
  /** Whether its last values are still reported. */
  readonly isFresh: boolean;
}

/** The poller's own health; nothing while there is nothing to measure. */
export function healthSeries({ state, health, isFresh }: Observed): Series[] {
  if (state === 'dormant' || state === 'starting' || state === 'stopped') return [];
  const { lastSuccess, pollSeconds, errors } = health;
  const one = (name: string, value: number | undefined) =>
    value === undefined ? [] : [{ name, value, attributes: {} }];
  return [
    ...one('gpu_collector_up', state === 'running' && isFresh ? 1 : 0),
    ...one('gpu_collector_last_success_timestamp_seconds', lastSuccess),
    ...one('gpu_collector_poll_duration_seconds', pollSeconds),
    ...Array.from(errors.values(), ({ source, code, count }) => ({
      name: 'gpu_collector_errors_total',
      value: count,
      attributes: { source, code },
    })),
  ];
}
