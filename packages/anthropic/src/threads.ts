import { isApiPromise, quietly, type ResponseFollower, replaceMethod } from '@grump/llm-otel-core';

type Resource = Record<string, unknown>;

/** Who follows the call of a response, by what the SDK knows of that; from the first thread on. */
let followers: WeakMap<object, ResponseFollower> | undefined;

/** Lets what is parsed of a response be followed, whichever promise does. */
export function handOn(props: object, follower: ResponseFollower): void {
  followers?.set(props, follower);
}

/** Follows a promise that the SDK made anew of a response, if that is of a call that is followed. */
function followAnew(promise: unknown): void {
  if (!isApiPromise(promise)) return;
  const parse = promise.parseResponse;
  promise.parseResponse = (...args) => {
    const follower = followers?.get(args.at(-1) as object);
    return follower === undefined ? parse.apply(promise, args) : follower.parse(parse, promise, args);
  };
}

/** Methods of `beta.messages`, and of a thread, that make a thread. */
const MAKERS = ['thread', '_toolRunnerThread', 'fork'];

/** A thread parses the response of a streamed turn by a promise of its own; so do the tool runners, since SDK 1.0. */
export function watchThreads(maker: unknown): void {
  const resource = maker as Resource | undefined;
  for (const name of MAKERS) {
    if (typeof resource?.[name] !== 'function') continue;
    replaceMethod(resource, name, (original, self, args) => {
      followers ??= new WeakMap();
      const made = Reflect.apply(original, self, args) as Resource;
      // The one for tool runners has the settings beside it.
      quietly('a thread', () => watchThread((made.thread ?? made) as Resource));
      return made;
    });
  }
}

function watchThread(thread: Resource): void {
  watchThreads(thread);
  if (typeof thread._stream !== 'function') return;
  replaceMethod(thread, '_stream', (original, self, args) => {
    quietly('a thread', () => watchStream(args[0] as Resource));
    return Reflect.apply(original, self, args);
  });
}

type Create = (...args: unknown[]) => unknown;

function watchStream(stream: Resource): void {
  if (typeof stream._start !== 'function') return;
  replaceMethod(stream, '_start', (original, self, [create, ...rest]) => {
    const followed: Create = (...args) => {
      const promise = (create as Create)(...args);
      quietly('a thread', () => followAnew(promise));
      return promise;
    };
    return Reflect.apply(original, self, [followed, ...rest]);
  });
}
