import { NEVER, toSeconds } from './clock';
import type { StreamTimes } from './stream-times';
import type { Usage } from './types';

/**
 * Seconds per output token after the first: (last − first token) / (output tokens − 1), unlisted tokens among them; its
 * inverse is the speed in tokens per second. `undefined` where the server counted less than two, or no time passed between
 * the first and the last.
 */
export function secondsPerOutputToken(
  { firstToken, lastToken }: StreamTimes,
  usage: Usage | undefined,
): number | undefined {
  if (firstToken === NEVER) return undefined;
  const generation = toSeconds(lastToken - firstToken);
  const following = (usage?.output ?? 0) + (usage?.unlisted ?? 0) - 1;
  return following > 0 && generation > 0 ? generation / following : undefined;
}
