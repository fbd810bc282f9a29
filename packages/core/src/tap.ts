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
  stream.iterator = iterator;
  function iterator(this: unknown, ...args: []): AsyncIterator<unknown> {
    const iteration = source.apply(this as TappableStream, args);
    if (tapped) return iteration;
    tapped = true;
    // Not held for as long as the stream is read, unless somebody froze it meanwhile.
    if (stream.iterator === iterator) Reflect.set(stream, 'iterator', source);
    if (typeof iteration?.next !== 'function') return iteration;
    const tap = quietly('tapping a stream', () => tapIterator(iteration, link)) ?? iteration;
    return isAdded === undefined ? tap : leavingOut(tap, isAdded);
  }
}

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

type Source = AsyncIterator<unknown>;
type TapClass = new (source: Source, link: CallLink<Call>) => Source;

/** Hands on what its source gives, the source's own promises included, and looks at them on the side. */
function tapClass(prototype: object): TapClass {
  class Tap implements Source {
    readonly #source: Source;
    readonly #link: CallLink<Call>;
    // One pair for all chunks: a closure for each would be the largest part of its cost.
    readonly #onStep: (step: Step) => void;
    readonly #onError: (error: unknown) => void;

    constructor(source: Source, link: CallLink<Call>) {
      this.#source = source;
      this.#link = link;
      this.#onStep = (step) => observe(step, link);
      this.#onError = (error) => link.call?.failed(error);
      // An iterator without them has none here either.
      if (source.return === undefined) Object.assign(this, { return: undefined });
      if (source.throw === undefined) Object.assign(this, { throw: undefined });
      if (link.call !== undefined) watchFor(this, link.call);
    }

    next(value?: undefined): Promise<Step> {
      this.#link.call?.pulled();
      const step = nextOf(this.#source, value, this.#link);
      if (step instanceof Promise) step.then(this.#onStep, this.#onError);
      else return observeOdd(step, this.#onStep, this.#onError);
      return step;
    }

    return(value?: unknown): Promise<Step> {
      this.#link.call?.closed();
      return this.#source.return!(value);
    }

    throw(value?: unknown): Promise<Step> {
      this.#link.call?.closed();
      return this.#source.throw!(value);
    }
  }
  // Nothing that a generator's prototype lacks: inspected, it looks like one.
  Reflect.deleteProperty(Tap.prototype, 'constructor');
  Object.setPrototypeOf(Tap.prototype, prototype);
  return Tap;
}

function observe(step: Step, link: CallLink<Call>): void {
  try {
    if (step.done) link.call?.exhausted();
    else link.call?.arrived(step.value);
  } catch (fault) {
    warnFault('a step of a stream', fault);
  }
}

const AsyncGeneratorPrototype: object = Object.getPrototypeOf(async function* () {}.prototype);
const GeneratorTap = tapClass(AsyncGeneratorPrototype);
const IteratorTap = tapClass(Object.getPrototypeOf(AsyncGeneratorPrototype));

/** What the tap passes for: generators are what the SDKs have. */
const tapIterator = (source: Source, link: CallLink<Call>): Source =>
  Object.prototype.isPrototypeOf.call(AsyncGeneratorPrototype, source)
    ? new GeneratorTap(source, link)
    : new IteratorTap(source, link);
