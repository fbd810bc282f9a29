const ours = new WeakSet<object>();

/** Notes that a bridge registered this metric, so that it does not come back as one of the registry's. */
export function markOurs(metric: object): void {
  ours.add(metric);
}

export const isOurs = (metric: object): boolean => ours.has(metric);
