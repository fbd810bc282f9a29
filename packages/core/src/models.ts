/** Unconfirmed model names that get a label of their own; see {@link ModelLabels}. */
export const UNCONFIRMED_MODELS = 50;
/** Confirmed model names, against a server that accepts any name. */
export const CONFIRMED_MODELS = 1000;
export const OTHER_MODEL = 'other';
export const UNKNOWN_MODEL = 'unknown';

/** Characters of a name that is used as a label. */
const NAME_LENGTH = 256;

/** A name in the length that a label may have. */
export const cut = (name: string | undefined): string | undefined =>
  typeof name === 'string' ? name.slice(0, NAME_LENGTH) : undefined;

/** Keeps the `model` label bounded: names that no server has confirmed share a cap, past which they are `other`. */
export class ModelLabels {
  #confirmed = new Set<string>();
  #unconfirmed = new Set<string>();

  /** The label for a requested model. */
  label(name: string | undefined): string {
    const model = cut(name);
    if (model === undefined || model === '') return UNKNOWN_MODEL;
    if (this.#confirmed.has(model) || this.#unconfirmed.has(model)) return model;
    if (this.#unconfirmed.size >= UNCONFIRMED_MODELS) return OTHER_MODEL;
    this.#unconfirmed.add(model);
    return model;
  }

  /** A server answered for this name: it no longer counts towards the cap. */
  confirm(name: string | undefined): void {
    const model = cut(name);
    if (model === undefined || model === '' || this.#confirmed.size >= CONFIRMED_MODELS) return;
    this.#confirmed.add(model);
    this.#unconfirmed.delete(model);
  }
}
