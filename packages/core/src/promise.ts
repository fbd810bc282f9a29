import { rawOf } from './amend';
import { type ApiPromise, isApiPromise, isAwaited, type ResponseProps } from './api-promise';
import type { Call } from './call';
import { warnFault, warnOnce } from './guard';
import { type CallLink, release, watchFor } from './lifetimes';
import { retriesOf } from './retries';
import { isTappable, tapStream } from './tap';

/**
 * Follows what a method returned to the end of the call and gives back what the caller shall get: the very same object,
 * unless it is a plain promise, of which only a derived one can be followed without hiding an unhandled rejection.
 */
export function follow<Returned>(returned: Returned, call: Call): Returned {
  try {
    if (isApiPromise(returned)) return new Follower(call.link).hook(returned) as Returned;
    if (returned instanceof Promise && !Object.isFrozen(returned)) return followPlain(returned, call) as Returned;
    warnOnce('core', 'a call returned no promise; only its start is measured', call.method.operation);
  } catch (fault) {
    warnFault('following a call', fault);
  }
  call.end('ok');
  return returned;
}

function followPlain(promise: Promise<unknown>, call: Call): Promise<unknown> {
  return promise.then(
    (value) => {
      settle(value, call);
      return value;
    },
    (error) => {
      call.failed(error);
      throw error;
    },
  );
}

function settle(value: unknown, call: Call | undefined): void {
  if (call === undefined || call.ended || call.stream !== undefined) return;
  try {
    if (isTappable(value)) tapStream(value, call);
    else if (call.method.tap === undefined || !tapResult(value, call)) call.resolved(value);
  } catch (fault) {
    warnFault('a result', fault);
    call.end('ok');
  }
}

function tapResult(value: unknown, call: Call): boolean {
  const source = call.method.tap!(value, call.link);
  if (source === undefined) return false;
  call.streams(undefined);
  watchFor(source, call);
  return true;
}

/** One per call; every promise that the SDK derives from the call's first is hooked into it. */
class Follower {
  #link: CallLink<Call>;
  #headers: Promise<ResponseProps> | undefined;
  #first: ApiPromise | undefined;
  #others: ApiPromise[] | undefined;
  #restore: (() => void) | undefined;

  constructor(link: CallLink<Call>) {
    this.#link = link;
  }

  hook(promise: ApiPromise): ApiPromise {
    // All derived promises share one observed response promise, so that a rejection is unhandled exactly when it was.
    this.#headers ??= promise.responsePromise.then(
      (props) => this.#arrived(props),
      (error) => {
        this.#link.call?.failed(error);
        throw error;
      },
    );
    promise.responsePromise = this.#headers;
    if (this.#first === undefined) this.#first = promise;
    else this.#others = [...(this.#others ?? []), promise];
    const parse = promise.parseResponse;
    promise.parseResponse = (...args) => this.parse(parse, promise, args);
    // Since openai 7.1 each promise has its own; before, the prototype's goes through parseResponse.
    if (Object.hasOwn(promise, '_thenUnwrap')) this.#hookUnwrap(promise);
    return promise;
  }

  #hookUnwrap(promise: ApiPromise): void {
    const unwrap = promise._thenUnwrap;
    promise._thenUnwrap = (transform) =>
      this.hook(
        unwrap.call(promise, (data, props) => {
          settle(data, this.#link.call);
          return transform(data, props);
        }),
      );
  }

  parse(parse: ApiPromise['parseResponse'], promise: ApiPromise, args: unknown[]): Promise<unknown> {
    const link = this.#link;
    this.#claim();
    try {
      const parsed = parse.apply(promise, args);
      // On the side: the SDK waits for it in any case, so that no rejection is hidden.
      if (parsed instanceof Promise) {
        parsed.then(
          (value) => settle(value, link.call),
          (error) => link.call?.failed(error),
        );
      } else settle(parsed, link.call);
      return parsed;
    } catch (error) {
      link.call?.failed(error);
      throw error;
    }
  }

  #arrived(props: ResponseProps): ResponseProps {
    const { call } = this.#link;
    if (call === undefined) return props;
    try {
      call.headers = props.response?.headers;
      call.signal = props.controller?.signal;
      const retries = retriesOf(props.options);
      if (retries !== undefined) call.retries = retries;
      call.responded();
      call.watch.descriptor.handOn?.(props, this);
      // Whoever waits for a promise of the call has asked for its body by now.
      if (isAwaited(this.#first) || this.#others?.some(isAwaited)) return props;
      this.#watchRaw(props);
      // Every promise of the call holds the follower: without them nothing can be read any more.
      watchFor(this, call);
    } catch (fault) {
      warnFault('response headers', fault);
    }
    return props;
  }

  /**
   * `asResponse()` reads the response without parsing it: the call ends for us when the headers are there, unless its
   * body is asked for in the same breath.
   */
  #watchRaw(props: ResponseProps): void {
    let { response } = props;
    const restore = (value: ResponseProps['response']) =>
      Object.defineProperty(props, 'response', { value, writable: true, enumerable: true, configurable: true });
    Object.defineProperty(props, 'response', {
      enumerable: true,
      configurable: true,
      get: () => {
        response = rawOf(this.#link.call, response);
        restore(response);
        Promise.resolve().then(() => this.#restore && this.#link.call?.end('ok'));
        return response;
      },
      set: restore,
    });
    this.#restore = () => restore(response);
  }

  /** Parsing begins: from here on the body tells the rest. */
  #claim(): void {
    try {
      this.#restore?.();
      this.#restore = undefined;
      const { call } = this.#link;
      if (call === undefined) return;
      release(call);
      call.pending = 1;
    } catch (fault) {
      warnFault('parsing', fault);
    }
  }
}
