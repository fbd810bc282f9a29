import type { Call } from './call';
import { quietly, warnOnce } from './guard';
import { release, watchFor } from './lifetimes';
import { isTappable, tapStream } from './tap';
import type { ResponseHeaders } from './types';

interface ResponseProps {
  response?: { readonly headers?: ResponseHeaders };
  readonly controller?: { readonly signal?: { readonly aborted: boolean } };
}

/** The promise of a Stainless SDK: lazy, parses the body when it is first waited for. */
interface ApiPromise {
  responsePromise: Promise<ResponseProps>;
  parseResponse: (client: unknown, props: ResponseProps) => Promise<unknown>;
  /** There as soon as somebody waits. */
  readonly parsedPromise?: unknown;
  _thenUnwrap: (transform: Transform) => ApiPromise;
}

type Transform = (data: unknown, props: ResponseProps) => unknown;

function isApiPromise(value: unknown): value is ApiPromise {
  const promise = value as ApiPromise | undefined;
  return (
    typeof promise === 'object' &&
    promise !== null &&
    typeof promise.parseResponse === 'function' &&
    typeof promise.responsePromise?.then === 'function' &&
    !Object.isFrozen(promise)
  );
}

/**
 * Follows what a method returned to the end of the call and gives back what the caller shall get: the very same object,
 * unless it is a plain promise, of which only a derived one can be followed without hiding an unhandled rejection.
 */
export function follow<Returned>(returned: Returned, call: Call): Returned {
  const result = quietly('following a call', () => {
    if (isApiPromise(returned)) return new Follower(call).hook(returned);
    if (returned instanceof Promise && !Object.isFrozen(returned)) return followPlain(returned, call);
    warnOnce('core', 'a call returned no promise; only its start is measured', call.method.operation);
    call.end('ok');
    return returned;
  });
  if (result === undefined) call.end('ok');
  return (result ?? returned) as Returned;
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

function settle(value: unknown, call: Call): void {
  if (call.ended || call.isStream) return;
  const seen = quietly('a result', () => {
    if (isTappable(value)) tapStream(value, call);
    else if (call.method.tap === undefined || !tapResult(value, call)) call.resolved(value);
    return true;
  });
  if (seen === undefined) call.end('ok');
}

function tapResult(value: unknown, call: Call): boolean {
  const source = call.method.tap!(value, call);
  if (source === undefined) return false;
  call.isStream = true;
  call.pending = 0;
  watchFor(source, call);
  return true;
}

/** One per call; every promise that the SDK derives from the call's first is hooked into it. */
class Follower {
  #call: Call;
  #headers: Promise<ResponseProps> | undefined;
  #promises: ApiPromise[] = [];
  #restore: (() => void) | undefined;
  #onParsed = (value: unknown): void => settle(value, this.#call);
  #onFailed = (error: unknown): void => this.#call.failed(error);

  constructor(call: Call) {
    this.#call = call;
  }

  hook(promise: ApiPromise): ApiPromise {
    // All derived promises share one observed response promise, so that a rejection is unhandled exactly when it was.
    this.#headers ??= promise.responsePromise.then(
      (props) => this.#arrived(props),
      (error) => {
        this.#call.failed(error);
        throw error;
      },
    );
    promise.responsePromise = this.#headers;
    this.#promises.push(promise);
    const parse = promise.parseResponse;
    promise.parseResponse = (client, props) => this.#parse(() => parse.call(promise, client, this.#claim(props)));
    // Since openai 7.1 each promise has its own; before, the prototype's goes through parseResponse.
    if (Object.hasOwn(promise, '_thenUnwrap')) this.#hookUnwrap(promise);
    return promise;
  }

  #hookUnwrap(promise: ApiPromise): void {
    const unwrap = promise._thenUnwrap;
    promise._thenUnwrap = (transform) =>
      this.hook(
        unwrap.call(promise, (data, props) => {
          settle(data, this.#call);
          return transform(data, props);
        }),
      );
  }

  #parse(parse: () => Promise<unknown>): Promise<unknown> {
    try {
      const parsed = parse();
      // On the side: the SDK waits for it in any case, so that no rejection is hidden.
      if (parsed instanceof Promise) parsed.then(this.#onParsed, this.#onFailed);
      else settle(parsed, this.#call);
      return parsed;
    } catch (error) {
      this.#call.failed(error);
      throw error;
    }
  }

  #arrived(props: ResponseProps): ResponseProps {
    const call = this.#call;
    quietly('response headers', () => {
      call.headers = props.response?.headers;
      call.signal = props.controller?.signal;
      call.responded();
      // Whoever waits for a promise of the call has asked for its body by now.
      if (this.#promises.some(({ parsedPromise }) => parsedPromise !== undefined)) return;
      this.#watchRaw(props);
      // Every promise of the call holds the follower: without them nothing can be read any more.
      watchFor(this, call);
    });
    return props;
  }

  /**
   * `asResponse()` reads the response without parsing it: the call ends for us when the headers are there, unless its
   * body is asked for in the same breath.
   */
  #watchRaw(props: ResponseProps): void {
    const { response } = props;
    const restore = (value: ResponseProps['response']) =>
      Object.defineProperty(props, 'response', { value, writable: true, enumerable: true, configurable: true });
    Object.defineProperty(props, 'response', {
      enumerable: true,
      configurable: true,
      get: () => {
        restore(response);
        Promise.resolve().then(() => this.#restore && this.#call.end('ok'));
        return response;
      },
      set: restore,
    });
    this.#restore = () => restore(response);
  }

  /** Parsing begins: from here on the body tells the rest. */
  #claim(props: ResponseProps): ResponseProps {
    quietly('parsing', () => {
      this.#restore?.();
      this.#restore = undefined;
      release(this.#call);
      this.#call.pending = 1;
    });
    return props;
  }
}
