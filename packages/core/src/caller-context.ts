import { type Attributes, context } from '@opentelemetry/api';
import { type CallValues, VALUES, valuesOf } from './call-values';
import { quietly } from './guard';
import { LabelSets } from './labels';
import { cut } from './models';
import { type Pipeline, shared } from './pipeline';
import { Decision, Decisions, type RouterDecision } from './router';
import { runInContext } from './run-in-context';
import type { Endpoint } from './series';
import { createStorage, type ValueStorage } from './value-storage';

export type { RouterDecision } from './router';

/** What {@link callContext} takes. */
export interface CallContextOptions {
  /**
   * Labels of everything that is recorded of the calls inside, and attributes of their spans: the team, the feature, the
   * release. At most 8 of a few values each, cut at 64 characters; never a user, a key or text. Default none.
   */
  readonly attributes?: Readonly<Record<string, string | number | boolean>> | undefined;
  /** Goes on spans alone, as `gen_ai.conversation.id` and `session.id`. Default none. */
  readonly sessionId?: string | undefined;
  /** Goes on spans alone, as `user.id`. Default none. */
  readonly userId?: string | undefined;
  /** Counted in `llm_router_decisions_total` once, when the first call inside begins, and on spans. Default none. */
  readonly router?: RouterDecision | undefined;
}

/**
 * Runs `fn`, and says something of all calls in it, also after an `await`. Contexts may be nested: then the inner one
 * wins where both say something. What cannot be meant is left out and told once through `diag`.
 *
 * @returns what `fn` returns
 */
export function callContext<Returned>(options: CallContextOptions, fn: () => Returned): Returned {
  const world = callContexts();
  const made = quietly('callContext', () => {
    const active = context.active();
    const values = new Values(world, options, valuesOf(active));
    return { values, inside: active.setValue(VALUES, values) };
  });
  if (made === undefined) return fn();
  const { values, inside } = made;
  return runInContext(inside, () =>
    quietly('the context', () => context.active().getValue(VALUES)) === values ? fn() : world.storage.run(values, fn),
  );
}

/** What the copies of this package in a process share. */
class CallContexts {
  readonly labels: LabelSets = new LabelSets();
  readonly decisions: Decisions = new Decisions();
  /** Where values travel without a context manager. */
  readonly storage: ValueStorage = createStorage();

  current(): unknown {
    return this.storage.getStore();
  }
}

function callContexts(): CallContexts {
  const world = shared();
  world.callContexts ??= new CallContexts();
  return world.callContexts as CallContexts;
}

const idOf = (given: unknown, before: string | undefined): string | undefined =>
  typeof given === 'string' && given !== '' ? cut(given) : before;

class Values implements CallValues {
  readonly attributes: Attributes;
  readonly sessionId: string | undefined;
  readonly userId: string | undefined;
  readonly decision: Decision | undefined;
  readonly #world: CallContexts;

  constructor(world: CallContexts, options: CallContextOptions, outer: CallValues | undefined) {
    const { attributes = {}, sessionId, userId, router } = options;
    const before = outer as Values | undefined;
    this.#world = world;
    this.attributes = world.labels.labelsOf(attributes, before?.attributes ?? {});
    this.sessionId = idOf(sessionId, before?.sessionId);
    this.userId = idOf(userId, before?.userId);
    this.decision = router ? new Decision(router) : before?.decision;
  }

  get spanAttributes(): Attributes {
    const { attributes, sessionId, userId, decision } = this;
    return {
      ...attributes,
      ...(sessionId !== undefined && { 'gen_ai.conversation.id': sessionId, 'session.id': sessionId }),
      ...(userId !== undefined && { 'user.id': userId }),
      ...decision?.spanAttributes,
    };
  }

  labelled(endpoint: Endpoint): Endpoint {
    return this.#world.labels.find(this.attributes)?.on(endpoint) ?? endpoint;
  }

  began(pipeline: Pipeline): void {
    this.decision?.count(pipeline, this.#world.decisions);
  }
}
