import { type ApiPromise, isApiPromise } from './api-promise';

/** Parses as the promise itself would, and looks on. */
interface Follower {
  parse(parse: ApiPromise['parseResponse'], promise: ApiPromise, args: unknown[]): Promise<unknown>;
}

/** By responses that another promise than the call's may parse. */
const handedOn = new WeakMap<object, Follower>();

/** Follows a promise that an SDK made anew of a response, if that is of a call that is followed. */
export function followAnew(promise: unknown): void {
  if (!isApiPromise(promise)) return;
  const parse = promise.parseResponse;
  promise.parseResponse = (...args) => {
    const follower = handedOn.get(args.at(-1) as object);
    return follower === undefined ? parse.apply(promise, args) : follower.parse(parse, promise, args);
  };
}

/** Lets what is parsed of this response be followed, whichever promise does. */
export function handOn(props: object, follower: Follower): void {
  handedOn.set(props, follower);
}
