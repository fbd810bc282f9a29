import type { WrapOptions } from './options';

const PROFILES: readonly unknown[] = ['latest', 'v1.41', 'both', 'off'];

/** @throws TypeError for an option that cannot be meant, with what is allowed. Wrong use shows when a client is wrapped, never in a call. */
export function checkOptions(options: WrapOptions): void {
  const { genAi, streamIdleTimeoutMillis, pricing, provider, contextWindow, onCall, models } = options;
  if (genAi !== undefined && !PROFILES.includes(genAi)) {
    throw new TypeError(`genAi is ${String(genAi)}; it must be one of ${PROFILES.join(', ')}`);
  }
  if (streamIdleTimeoutMillis !== undefined && !(streamIdleTimeoutMillis > 0)) {
    throw new TypeError(`streamIdleTimeoutMillis is ${String(streamIdleTimeoutMillis)}; it must be a number above 0`);
  }
  if (contextWindow !== undefined && typeof contextWindow !== 'function' && !(contextWindow > 0)) {
    throw new TypeError('contextWindow must be a number of tokens, or a function of the model');
  }
  if (pricing !== undefined && typeof pricing !== 'function') {
    throw new TypeError('pricing must be a function that gives US dollars, or undefined where it knows no price');
  }
  if (onCall !== undefined && typeof onCall !== 'function') {
    throw new TypeError('onCall must be a function');
  }
  if (models !== undefined && !(Array.isArray(models) && models.every(isModel))) {
    throw new TypeError('models must be a list of names, such as gpt-5 or gpt-*');
  }
  if (provider !== undefined && (typeof provider !== 'string' || provider === '')) {
    throw new TypeError('provider must be a name, such as nvidia-nim');
  }
}

/** A `*` stands at the end alone. */
const isModel = (name: unknown): boolean => typeof name === 'string' && /^([^*]+\*?|\*)$/s.test(name);
