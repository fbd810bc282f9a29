import type { ResponseHeaders } from './types';

/** What a Stainless SDK hands from the response to its parser. */
export interface ResponseProps {
  response?: { readonly headers?: ResponseHeaders };
  readonly options?: unknown;
  readonly controller?: { readonly signal?: { readonly aborted: boolean } };
}

/** The promise of a Stainless SDK: lazy, parses the body when it is first waited for. */
export interface ApiPromise {
  responsePromise: Promise<ResponseProps>;
  /** Its last argument are the props; since openai 5 there is a client before them. */
  parseResponse: (...args: unknown[]) => Promise<unknown>;
  /** There as soon as somebody waits. */
  readonly parsedPromise?: unknown;
  _thenUnwrap: (transform: Transform) => ApiPromise;
}

type Transform = (data: unknown, props: ResponseProps) => unknown;

/** Parses as a promise itself would, and looks on. */
export interface ResponseFollower {
  parse(parse: ApiPromise['parseResponse'], promise: ApiPromise, args: unknown[]): Promise<unknown>;
}

/** Whether a method gave such a promise, and it can be hooked into. */
export function isApiPromise(value: unknown): value is ApiPromise {
  const promise = value as ApiPromise | undefined;
  return (
    typeof promise === 'object' &&
    promise !== null &&
    typeof promise.parseResponse === 'function' &&
    typeof promise.responsePromise?.then === 'function' &&
    !Object.isFrozen(promise)
  );
}

/** Whether somebody waits for it. */
export const isAwaited = (promise: ApiPromise | undefined): boolean => promise?.parsedPromise !== undefined;
