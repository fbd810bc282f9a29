import type { Call } from './call';
import { quietly } from './guard';
import { watchFor } from './lifetimes';

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
  call.isStream = true;
  call.waiting = false;
  call.signal = stream.controller?.signal ?? call.signal;
  const custody = watchFor(stream, call);
  stream.iterator = function iterator(this: unknown, ...args: []): AsyncIterator<unknown> {
    const iteration = source.apply(this as TappableStream, args);
    if (custody.call === undefined) return iteration;
    custody.call = undefined;
    return quietly('tapping a stream', () => tapIterator(iteration, call)) ?? iteration;
  };
}

const AsyncIteratorPrototype: object = Object.getPrototypeOf(Object.getPrototypeOf(async function* () {}.prototype));

function tapIterator(source: AsyncIterator<unknown>, call: Call): AsyncIterator<unknown> {
  const tap = new IteratorTap(source, call);
  for (const method of ['return', 'throw'] as const) {
    if (source[method] === undefined) Object.defineProperty(tap, method, { value: undefined });
  }
  watchFor(tap, call);
  return tap;
}

/** Hands on what `source` gives, its own promises included, and looks at them on the side. */
class IteratorTap implements AsyncIterator<unknown> {
  #onStep: (step: Step) => void;
  #onError: (error: unknown) => void;
  #source: AsyncIterator<unknown>;
  #call: Call;

  constructor(source: AsyncIterator<unknown>, call: Call) {
    this.#source = source;
    this.#call = call;
    this.#onStep = (step) => {
      if (step.done) call.exhausted();
      else call.arrived(step.value);
    };
    this.#onError = (error) => call.failed(error);
  }

  next(value?: undefined): Promise<Step> {
    this.#call.pulled();
    const step = this.#source.next(value);
    step.then(this.#onStep, this.#onError);
    return step;
  }

  return(value?: unknown): Promise<Step> {
    this.#call.closed();
    return this.#source.return!(value);
  }

  throw(error?: unknown): Promise<Step> {
    this.#call.closed();
    return this.#source.throw!(error);
  }
}
Object.setPrototypeOf(IteratorTap.prototype, AsyncIteratorPrototype);
