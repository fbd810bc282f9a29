import type { Energy, EnergyLedger, EnergySource } from './energy';

/** What {@link tokensPerJoule} compares. */
export interface TokensPerJouleOptions {
  /** Tokens so far: a count that only grows, of the model that runs on these GPUs and on nothing else. */
  readonly tokens: () => number;
  /** The meter's `energy`. */
  readonly energy: Pick<EnergyLedger, 'of' | 'uuids'>;
  /** The boards that the model runs on. Default: all of the machine. */
  readonly uuids?: readonly string[] | undefined;
}

/** Tokens per joule between two looks; the same number as tokens per second and watt. */
export interface TokensPerJoule {
  readonly tokensPerJoule: number;
  readonly tokens: number;
  readonly joules: number;
  /** `estimated` where a board has no energy counter, and its power was integrated instead. */
  readonly source: EnergySource;
}

interface Look {
  readonly tokens: number;
  readonly energies: readonly Energy[];
}

/**
 * Returns a function that tells the tokens per joule (Δtokens / Δenergy) since it was last called. It answers `undefined` the
 * first time, and where the ratio has no meaning: a board's energy is unknown or has a gap, a board is divided by MIG,
 * nothing was consumed, or the count of tokens began anew. Whole boards only: who shares one pays for the others' work.
 */
export function tokensPerJoule({ tokens, energy, uuids }: TokensPerJouleOptions): () => TokensPerJoule | undefined {
  let before: Look | undefined;
  return () => {
    const energies = (uuids ?? energy.uuids()).map((uuid) => energy.of(uuid));
    const known = energies.filter((one) => one !== undefined);
    const now =
      known.length === energies.length && known.length > 0 ? { tokens: tokens(), energies: known } : undefined;
    const result = before && now && compare(before, now);
    before = now;
    return result;
  };
}

function compare(before: Look, now: Look): TokensPerJoule | undefined {
  const isWhole = now.energies.every(({ gaps, divided }, index) => !divided && gaps === before.energies[index]?.gaps);
  const tokens = now.tokens - before.tokens;
  const joules = total(now) - total(before);
  if (!isWhole || before.energies.length !== now.energies.length || tokens < 0 || joules <= 0) return undefined;
  const source = now.energies.some((energy) => energy.source === 'estimated') ? 'estimated' : 'counter';
  return { tokensPerJoule: tokens / joules, tokens, joules, source };
}

const total = ({ energies }: Look): number => energies.reduce((sum, { joules }) => sum + joules, 0);
