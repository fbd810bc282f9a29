import type { Attributes } from '@opentelemetry/api';
import { entry } from './entry';
import type { Pipeline } from './pipeline';

/** What a router decided for the calls of a `callContext`. Each of a few fixed words: they are labels. */
export interface RouterDecision {
  /** The model or route that was asked for. */
  readonly from: string;
  /** The one that was taken. */
  readonly to: string;
  /** Why, in a word: `cost`, `length`, `fallback`. */
  readonly reason: string;
}

/** Distinct decisions per process; others are `other`. */
export const DECISIONS = 100;
const OTHER: RouterDecision = { from: 'other', to: 'other', reason: 'other' };
const LENGTH = 64;

const word = (value: unknown): string => (typeof value === 'string' ? value.slice(0, LENGTH) : '');

/** A decision, which is counted when the first call that it was made for begins. */
export class Decision {
  readonly spanAttributes: Attributes;
  readonly #labels: RouterDecision;
  #isCounted = false;

  constructor({ from, to, reason }: RouterDecision) {
    this.#labels = { from: word(from), to: word(to), reason: word(reason) };
    this.spanAttributes = {
      'llm.router.from': this.#labels.from,
      'llm.router.to': this.#labels.to,
      'llm.router.reason': this.#labels.reason,
    };
  }

  count(pipeline: Pipeline, decisions: Decisions): void {
    if (this.#isCounted) return;
    this.#isCounted = true;
    const labels = decisions.label(this.#labels);
    pipeline.store.sum('routerDecisions', Object.values(labels).join('\n'), () => ({ ...labels })).value += 1;
  }
}

/** Keeps the labels of decisions bounded: distinct ones share a cap, past which they are `other`. */
export class Decisions {
  #known = new Map<string, RouterDecision>();

  label(decision: RouterDecision): RouterDecision {
    const id = Object.values(decision).join('\n');
    if (this.#known.size >= DECISIONS) return this.#known.get(id) ?? OTHER;
    return entry(this.#known, id, () => decision);
  }
}
