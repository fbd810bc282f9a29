const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** What a limit counts, and over which time. */
export interface LimitKind {
  readonly unit: Unit;
  readonly windowMillis: number;
  /** The `limit` label. */
  readonly label: string;
}

type Unit = 'usd' | 'tokens' | 'requests';

export type LimitName = `${Unit}Per${'Minute' | 'Hour' | 'Day'}`;

/** Every limit there is. */
export const LIMITS: Readonly<Record<LimitName, LimitKind>> = {
  usdPerMinute: { unit: 'usd', windowMillis: MINUTE, label: 'usd_per_minute' },
  usdPerHour: { unit: 'usd', windowMillis: HOUR, label: 'usd_per_hour' },
  usdPerDay: { unit: 'usd', windowMillis: DAY, label: 'usd_per_day' },
  tokensPerMinute: { unit: 'tokens', windowMillis: MINUTE, label: 'tokens_per_minute' },
  tokensPerHour: { unit: 'tokens', windowMillis: HOUR, label: 'tokens_per_hour' },
  tokensPerDay: { unit: 'tokens', windowMillis: DAY, label: 'tokens_per_day' },
  requestsPerMinute: { unit: 'requests', windowMillis: MINUTE, label: 'requests_per_minute' },
  requestsPerHour: { unit: 'requests', windowMillis: HOUR, label: 'requests_per_hour' },
  requestsPerDay: { unit: 'requests', windowMillis: DAY, label: 'requests_per_day' },
};

/** What may be used at most: US dollars, tokens (input and output), requests. Default: no limit. */
export type Limits = { readonly [Name in LimitName]?: number | undefined };

/** Limits of each model or key, or by name: in full, by its beginning and `*`, or `*` for the rest. */
export type NamedLimits = Limits | Readonly<Record<string, Limits>>;

export const isLimitName = (name: string): name is LimitName => Object.hasOwn(LIMITS, name);

/** The limits of one name: the name itself before the longest beginning. */
export function limitsOf(name: string, limits: NamedLimits): Limits | undefined {
  if (Object.keys(limits).every(isLimitName)) return limits as Limits;
  const named = limits as Readonly<Record<string, Limits>>;
  if (Object.hasOwn(named, name)) return named[name];
  const fitting = Object.keys(named).filter((one) => one.endsWith('*') && name.startsWith(one.slice(0, -1)));
  return named[fitting.sort((one, other) => other.length - one.length)[0] ?? ''];
}
