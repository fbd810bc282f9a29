import { warnOnce } from '../guard';

/** Tokens of a text. */
export type CountTokens = (text: string) => number;

/** What looks like a special token is text of the user's. */
const PLAIN = { disallowedSpecial: new Set<string>() };

/** The tokenizer of OpenAI's models since GPT-4o, from `gpt-tokenizer`; `undefined` where that isn't installed. */
export async function loadTokenizer(): Promise<CountTokens | undefined> {
  try {
    // Right inside this `try`, which tells bundlers that it may be missing.
    const { countTokens } = await import(/* webpackIgnore: true */ 'gpt-tokenizer/encoding/o200k_base');
    return (text) => countTokens(text, PLAIN);
  } catch (fault) {
    warnOnce('core', 'estimateTokens counts nothing without gpt-tokenizer; install it', fault);
    return undefined;
  }
}
