import type { Attributes } from '@opentelemetry/api';
import { idOf } from './aggregate';
import { INSTRUMENTS } from './catalogue';
import { warnOnce } from './guard';
import type { Endpoint, Labels } from './series';

/** Attributes of one call. */
const MOST_KEYS = 8;
/** Characters of a value. */
const VALUE_LENGTH = 64;
/** Distinct sets of attributes per process that metrics are split by; calls with others are recorded without them. */
export const LABEL_SETS = 200;

/** A name that is a label in Prometheus too, once its dots are `_`. */
const NAME = /^[a-z][\w.]{0,63}$/i;
const toLabel = (name: string): string => name.replaceAll('.', '_');

/** Ours, those of the conventions on our spans, and those that Prometheus gives. */
const TAKEN = /^(gen_ai|llm|otel|openai|nvidia_nim)(_|$)|^(le|quantile|job|instance|user_id|session_id)$/;

function shorten(value: unknown): string | number | boolean | undefined {
  if (typeof value === 'string') return value.slice(0, VALUE_LENGTH);
  return typeof value === 'boolean' || Number.isFinite(value) ? (value as number | boolean) : undefined;
}

/** A set of labels that metrics are split by. */
class LabelSet implements Labels {
  #endpoints = new WeakMap<Endpoint, Endpoint>();

  constructor(
    readonly id: string,
    readonly attributes: Attributes,
  ) {}

  /** The same object each time: series are found by it. */
  on(endpoint: Endpoint): Endpoint {
    const known = this.#endpoints.get(endpoint);
    if (known !== undefined) return known;
    const made: Endpoint = { ...endpoint, labels: this };
    this.#endpoints.set(endpoint, made);
    return made;
  }
}

/** The sets of labels of a process, up to {@link LABEL_SETS}. */
export class LabelSets {
  readonly #ours = new Set(INSTRUMENTS.flatMap(({ attributes }) => attributes.map(toLabel)));
  readonly #sets = new Map<string, LabelSet>();

  /** What of these may be a label, over what was there before: few, short, and none that has another meaning. */
  labelsOf(given: object, before: Attributes): Attributes {
    const labels: Attributes = {};
    for (const [name, value] of [...Object.entries(given), ...Object.entries(before)]) {
      const label = shorten(value);
      if (Object.hasOwn(labels, name) || value === undefined) continue;
      if (!this.#isFree(name)) leftOut('the name cannot be a label', name);
      else if (label === undefined) leftOut('the value is no text, number or boolean', name);
      else if (Object.keys(labels).length < MOST_KEYS) labels[name] = label;
      else leftOut(`a call has at most ${MOST_KEYS}`, name);
    }
    return labels;
  }

  /** `undefined` where there are none, or no room for one more. */
  find(attributes: Attributes): LabelSet | undefined {
    const id = idOf(attributes);
    const known = this.#sets.get(id);
    if (known !== undefined || id === '[]') return known;
    if (this.#sets.size >= LABEL_SETS) {
      leftOut(`metrics are split by at most ${LABEL_SETS} sets of them`);
      return undefined;
    }
    const made = new LabelSet(id, attributes);
    this.#sets.set(id, made);
    return made;
  }

  #isFree(name: string): boolean {
    return NAME.test(name) && !TAKEN.test(toLabel(name)) && !this.#ours.has(toLabel(name));
  }
}

const leftOut = (why: string, ...names: string[]): void =>
  warnOnce('core', `callContext: an attribute was left out, since ${why}`, ...names);
