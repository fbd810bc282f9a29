import type { Call } from './call';
import type { CallRecorder } from './call-hooks';
import { quietly, warnFault } from './guard';
import { recorder } from './recorder';
import type { CallFacts } from './types';

/** Reads what a rare method brought. */
export interface LateModule {
  /** Folds a result, or the last chunk of a stream, into the facts. May throw: then it is left out. */
  fold(facts: CallFacts, body: unknown): void;
}

/** Folds what came of rare methods, as soon as the module that can is there. */
export interface LateFold<Module> {
  /** The module, once it is there. */
  module: Module | undefined;
  fold: LateModule['fold'];
  /** Loads the module; to be asked for when a call begins. */
  load(): void;
  /** For a descriptor's `ready`. */
  ready(facts: CallFacts): Promise<unknown> | undefined;
}

/** Calls that may wait for the module, which takes milliseconds; what is more is not folded. */
const MOST = 1000;

/**
 * A fold that is loaded when it is first needed, for methods that few applications call. What it needs no time for: those
 * who use it say what kind of token a chunk is at once, and only the facts of the call come later.
 */
export function lateFold<Module extends LateModule>(load: () => Promise<Module>): LateFold<Module> {
  const waiting = new Map<CallFacts, unknown>();
  let loading: Promise<void> | undefined;
  const late: LateFold<Module> = {
    module: undefined,
    fold(facts, body) {
      if (waiting.size < MOST) waiting.set(facts, body);
    },
    load() {
      loading ??= load()
        .then((module) => {
          late.module = module;
          late.fold = module.fold;
        })
        .catch((fault) => {
          warnFault('loading what reads a result', fault);
          late.fold = () => {};
        })
        .then(() => {
          for (const [facts, body] of waiting) quietly('a result', () => late.fold(facts, body));
          waiting.clear();
        });
    },
    ready: (facts) => (waiting.has(facts) ? loading : undefined),
  };
  return late;
}

/** Records a call when its facts are complete. Its times are taken by then. */
export const lateRecorder: CallRecorder<Call> = {
  ...recorder,
  ended(call, ...how) {
    const ready = call.method.ready?.(call.facts);
    if (ready === undefined) return recorder.ended(call, ...how);
    const { stream, headers, retries } = call;
    ready.then(() => {
      Object.assign(call, { stream, headers, retries });
      quietly('recording a call', () => recorder.ended(call, ...how));
      call.letGo();
    });
  },
};
