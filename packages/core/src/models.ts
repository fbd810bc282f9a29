/** Unconfirmed model names that get a label of their own; see {@link ModelLabels}. */
export const UNCONFIRMED_MODELS = 50;
/** Confirmed model names, against a server that accepts any name. */
export const CONFIRMED_MODELS = 1000;
/** Names of answering models that are not those requested. */
export const ANSWERING_MODELS = 200;
export const OTHER_MODEL = 'other';
export const UNKNOWN_MODEL = 'unknown';

/** Characters of a name that is used as a label. */
const NAME_LENGTH = 256;

/** A name in the length that a label may have. */
export const cut = (name: string | undefined): string | undefined =>
  typeof name === 'string' ? name.slice(0, NAME_LENGTH) : undefined;

/** Names that get a label, as the option `models` has them; all of them where there is no list. */
export type ModelList = readonly string[] | undefined;

const isListed = (name: string, list: ModelList): boolean =>
  list?.some((one) => one === name || (one.endsWith('*') && name.startsWith(one.slice(0, -1)))) ?? true;

/** Keeps the labels of models bounded: names that no server has confirmed share a cap, past which they are `other`. */
export class ModelLabels {
  #confirmed = new Set<string>();
  #unconfirmed = new Set<string>();
  #answering = new Set<string>();

  /** The label for a requested model. One that the list has in full needs no room. */
  label(name: string | undefined, list?: ModelList): string {
    const model = cut(name);
    if (model === undefined || model === '') return UNKNOWN_MODEL;
    if (!isListed(model, list)) return OTHER_MODEL;
    if (this.#confirmed.has(model) || this.#unconfirmed.has(model) || list?.includes(model)) return model;
    if (this.#unconfirmed.size >= UNCONFIRMED_MODELS) return OTHER_MODEL;
    this.#unconfirmed.add(model);
    return model;
  }

  /** A server answered for this name: it no longer counts towards the cap. */
  confirm(name: string | undefined, list?: ModelList): void {
    const model = cut(name);
    if (!model || this.#confirmed.size >= CONFIRMED_MODELS || !isListed(model, list)) return;
    this.#confirmed.add(model);
    this.#unconfirmed.delete(model);
  }

  /** The label for the model that answered a call with the label `requested`. */
  answering(name: string | undefined, requested: string): string | undefined {
    if (name === undefined || name === requested) return name;
    if (requested === OTHER_MODEL) return OTHER_MODEL;
    if (this.#answering.size < ANSWERING_MODELS) this.#answering.add(name);
    return this.#answering.has(name) ? name : OTHER_MODEL;
  }
}
