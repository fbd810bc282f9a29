import type { AttributeValue } from '@opentelemetry/api';
import { quotedLabel } from './escaping';
import type { Label, Point } from './family';

type Attributes = Point['attributes'];

/** How the attributes with one list of keys become labels. */
export interface LabelPlan {
  /** The keys, in the order in which the attributes have them. */
  readonly keys: readonly string[];
  readonly labels: readonly PlannedLabel[];
  /** Whether different attributes can become the same labels, for a reason that shows in the keys. */
  readonly ambiguous: boolean;
  /** The `typeof` of each label's value, where all that were seen agree; kept by {@link LabelPlans.isAmbiguous}. */
  readonly types: string[];
}

/** A label, and the keys whose values make up its own; several keys may become one name. */
export interface PlannedLabel {
  readonly name: string;
  /** The name as it stands in text, and all before the value. */
  readonly opening: string;
  /** The same after another label's value. */
  readonly following: string;
  readonly keys: readonly [string, ...string[]];
}

/** What a label is called; `''` leaves it out. */
export type NameLabel = (key: string) => string;

/** Keys come in few lists; past this many, something makes them up. */
const MOST_PLANS = 1000;

/** Makes and keeps the {@link LabelPlan} of each list of keys. */
export class LabelPlans {
  readonly #nameOf: NameLabel;
  readonly #plans = new Map<string, LabelPlan>();
  /** By the names of the labels: the keys that they are made of, and the types of their values. */
  readonly #groups = new Map<string, { readonly keys: string; readonly types: string[] }>();
  #last: LabelPlan = { keys: [], labels: [], ambiguous: false, types: [] };

  constructor(nameOf: NameLabel) {
    this.#nameOf = nameOf;
  }

  of(attributes: Attributes): LabelPlan {
    // Neighbours have the same keys almost always.
    if (!hasKeys(attributes, this.#last.keys)) this.#last = this.#find(Object.keys(attributes));
    return this.#last;
  }

  #find(keys: readonly string[]): LabelPlan {
    const id = JSON.stringify(keys);
    let plan = this.#plans.get(id);
    if (plan === undefined) {
      plan = this.#make(keys);
      if (this.#plans.size < MOST_PLANS) this.#plans.set(id, plan);
    }
    return plan;
  }

  #make(keys: readonly string[]): LabelPlan {
    const labels = planLabels(keys, this.#nameOf);
    const names = JSON.stringify(labels.map(({ name }) => name));
    const sorted = JSON.stringify([...keys].sort());
    const group = this.#groups.get(names) ?? { keys: sorted, types: [] };
    this.#groups.set(names, group);
    return { keys, labels, ambiguous: labels.length !== keys.length || group.keys !== sorted, types: group.types };
  }

  /** Whether these attributes may have the labels of others that were seen: `{ code: 200 }` has those of `{ code: '200' }`. */
  static isAmbiguous({ labels, ambiguous, types }: LabelPlan, attributes: Attributes): boolean {
    if (ambiguous) return true;
    for (let index = 0; index < labels.length; index++) {
      const type = typeof attributes[labels[index]!.keys[0]];
      if (types[index] === undefined) types[index] = type;
      else if (types[index] !== type) return true;
    }
    return false;
  }
}

/** The text of a label's value; `undefined` for an attribute that has none. */
export function labelValue(attributes: Attributes, keys: readonly [string, ...string[]]): string | undefined {
  if (keys.length === 1) {
    const value = attributes[keys[0]];
    return typeof value === 'string' ? value : valueText(value);
  }
  const parts = keys.map((key) => valueText(attributes[key])).filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : parts.join(';');
}

/** The labels of a point, after those of its source. */
export function labelPairs(common: readonly Label[], labels: readonly PlannedLabel[], attributes: Attributes): Label[] {
  const pairs = [...common];
  for (const { name, keys } of labels) {
    const value = labelValue(attributes, keys);
    if (value !== undefined) pairs.push([name, value]);
  }
  return pairs;
}

function planLabels(keys: readonly string[], nameOf: NameLabel): LabelPlan['labels'] {
  const labels = new Map<string, [string, ...string[]]>();
  // Values under one name are joined in the order of their keys, as the specification has it.
  for (const key of [...keys].sort()) {
    const name = nameOf(key);
    if (name === '') continue;
    const sharing = labels.get(name);
    if (sharing === undefined) labels.set(name, [key]);
    else sharing.push(key);
  }
  return Array.from(labels, ([name, sharing]) => {
    const opening = `${quotedLabel(name)}="`;
    return { name, opening, following: `",${opening}`, keys: sharing };
  });
}

function hasKeys(attributes: Attributes, keys: readonly string[]): boolean {
  let index = 0;
  for (const key in attributes) {
    if (key !== keys[index]) return false;
    index += 1;
  }
  return index === keys.length;
}

function valueText(value: AttributeValue | null | undefined): string | undefined {
  if (value === undefined || value === null) return undefined;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
