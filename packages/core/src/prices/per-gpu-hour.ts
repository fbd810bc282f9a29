import type { Pricing } from '../pricing';

/** What the GPUs of a server of one's own cost. */
export interface GpuPrice {
  /** US dollars per GPU and hour. */
  readonly usd: number;
  /** GPUs that serve the calls; a share of one where it has other work. Default 1. */
  readonly gpus?: number;
}

/**
 * A pricing function for a server of one's own, by the time in which it worked: each moment is charged once, in equal
 * parts to the calls then in flight (`sharedSeconds / 3600 × usd × gpus`). Time without a call costs nothing.
 *
 * @throws TypeError for a price, or a number of GPUs, that is none
 */
export function perGpuHour({ usd, gpus = 1 }: GpuPrice = {} as GpuPrice): Pricing {
  if (!isAmount(usd)) {
    throw new TypeError(`usd is ${String(usd)}; perGpuHour needs US dollars per GPU and hour, 0 or more`);
  }
  if (!isAmount(gpus) || gpus === 0) {
    throw new TypeError(`gpus is ${String(gpus)}; perGpuHour needs the number of GPUs, above 0`);
  }
  const pricing: Pricing = (_model, _usage, { sharedSeconds }) => (sharedSeconds / 3600) * usd * gpus;
  return Object.assign(pricing, { timed: true });
}

const isAmount = (value: unknown): value is number => Number.isFinite(value) && (value as number) >= 0;
