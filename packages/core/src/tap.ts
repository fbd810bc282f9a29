import { leavingOut } from './amend';
import type { Call } from './call';
import { quietly, warnFault } from './guard';
import { type CallLink, watchFor } from './lifetimes';

type Step = IteratorResult<unknown>;

/** A stream of a Stainless SDK: `iterator` is a data property that all of its ways of reading go through. */
export interface TappableStream {
  iterator(): AsyncIterator<unknown>;
  readonly controller?: { readonly signal?: { readonly aborted: boolean } };
}

export function isTappable(value: unknown): value is TappableStream {
  return typeof value === 'object' && value !== null && typeof (value as TappableStream).iterator === 'function';
}

/** Observes the first iteration of `stream`, in place: the stream stays the very object that the SDK made. */
export function tapStream(stream: TappableStream, call: Call): void {
  const source = stream.iterator;
  const { link, isAdded } = call;
  call.streams(stream.controller?.signal);
  let tapped = false;
  watchFor(stream, call);
  stream.iterator = function iterator(this: unknown, ...args: []): AsyncIterator<unknown> {
    const iteration = source.apply(this as TappableStream, args);
    if (tapped) return iteration;
    tapped = true;
    if (typeof iteration?.next !== 'function') return iteration;
    const tap = quietly('tapping a stream', () => tapIterator(iteration, link)) ?? iteration;
    return isAdded === undefined ? tap : leavingOut(tap, isAdded);
  };
}

const AsyncGeneratorPrototype: object = Object.getPrototypeOf(async function* () {}.prototype);
const AsyncIteratorPrototype: object = Object.getPrototypeOf(AsyncGeneratorPrototype);

/** What the tap passes for: generators are what the SDKs have. */
const prototypeOf = (source: object): object =>
  Object.prototype.isPrototypeOf.call(AsyncGeneratorPrototype, source)
    ? AsyncGeneratorPrototype
    : AsyncIteratorPrototype;

function nextOf(source: AsyncIterator<unknown>, value: undefined, link: CallLink<Call>): Promise<Step> {
  try {
    return source.next(value);
  } catch (error) {
    link.call?.failed(error);
    throw error;
  }
}

/** An iterator by hand may give the step itself, or something to wait for, which must be asked only once. */
function observeOdd(step: unknown, onStep: (step: Step) => void, onError: (error: unknown) => void): Promise<Step> {
  if (typeof (step as Promise<Step> | undefined)?.then !== 'function') {
    onStep(step as Step);
    return step as Promise<Step>;
  }
  const once = Promise.resolve(step as Promise<Step>);
  once.then(onStep, onError);
  return once;
}

/** Hands on what `source` gives, its own promises included, and looks at them on the side. */
function tapIterator(source: AsyncIterator<unknown>, link: CallLink<Call>): AsyncIterator<unknown> {
  const onStep = (step: Step): void => {
    try {
      if (step.done) link.call?.exhausted();
      else link.call?.arrived(step.value);
    } catch (fault) {
      warnFault('a step of a stream', fault);
    }
  };
  const onError = (error: unknown): void => link.call?.failed(error);
  // Closures, not a class: they cost the least per chunk.
  const tap: AsyncIterator<unknown> = Object.create(prototypeOf(source));
  tap.next = (value?: undefined) => {
    link.call?.pulled();
    const step = nextOf(source, value, link);
    if (step instanceof Promise) step.then(onStep, onError);
    else return observeOdd(step, onStep, onError);
    return step;
  };
  // Own, even where there is none: the generators' own methods know only generators.
  tap.return = closing(source, 'return', link);
  tap.throw = closing(source, 'throw', link);
  if (link.call !== undefined) watchFor(tap, link.call);
  return tap;
}

/** The consumer breaks off. An iterator without the method has none here either. */
function closing(source: AsyncIterator<unknown>, method: 'return' | 'throw', link: CallLink<Call>) {
  if (source[method] === undefined) return undefined;
  return (value?: unknown): Promise<Step> => {
    link.call?.closed();
    return source[method]!(value);
  };
}
