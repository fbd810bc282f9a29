import type { Call } from './call';
import type { Amendment } from './descriptor';
import { quietly } from './guard';

/**
 * The caller's arguments, with another request in place of theirs where the method's descriptor asks the server for more.
 * What that brings is then kept from the caller.
 */
export function amend(call: Call, args: unknown[]): unknown[] {
  const { amendment } = call.method;
  return amendment === undefined ? args : amendBy(amendment, call, args);
}

function amendBy(amendment: Amendment, call: Call, args: unknown[]): unknown[] {
  const request = quietly('amending a request', () => amendment.request(args[0], call.endpoint.quirks));
  if (request === undefined) return args;
  call.isAdded = amendment.isAdded;
  return [request, ...args.slice(1)];
}

/** What the caller is shown of a response that it asked for as it came. */
export const rawOf = <Raw>(call: Call | undefined, response: Raw): Raw =>
  call?.isAdded === undefined ? response : (call.method.amendment!.raw(response) as Raw);

/** `source` without what `isAdded` tells. */
export function leavingOut(
  source: AsyncIterator<unknown>,
  isAdded: (chunk: unknown) => boolean,
): AsyncIterator<unknown> {
  const next = async (): Promise<IteratorResult<unknown>> => {
    const step = await source.next();
    return !step.done && isAdded(step.value) ? next() : step;
  };
  const rest: AsyncIterator<unknown> = Object.create(Object.getPrototypeOf(source));
  return Object.assign(rest, { next, return: source.return?.bind(source), throw: source.throw?.bind(source) });
}
