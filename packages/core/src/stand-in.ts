import { entry } from './entry';

export type Method = (...args: unknown[]) => unknown;
export type Resource = Record<string, unknown>;
/** What happens in place of a method. */
export type Stand = (original: Method, self: unknown, args: unknown[]) => unknown;

/** Marks our methods, across copies of this package. */
const WRAPPED = Symbol.for('@grump/llm-otel.wrapped');

interface Held {
  call: Stand;
  yields: boolean | undefined;
}

/** Methods of ours by resource, even if they lie below a spy by now. */
const patched = new WeakMap<object, Map<string, Held>>();

/**
 * Puts a stand-in for a method on the object itself. It is the method in all but what a call does: a spy stays a spy, and
 * a method of the prototype may still be replaced there. One that `yields` gives way to the next.
 */
export function replace(resource: Resource, name: string, call: Stand, yields?: boolean): void {
  const known = Object.getOwnPropertyDescriptor(resource, name);
  const original = resource[name] as Method;
  const ours = entry(patched, resource, () => new Map<string, Held>());
  const held = ours.get(name) ?? { call, yields };
  if (held.yields) Object.assign(held, { call, yields });
  if (WRAPPED in original || ours.has(name)) return;
  ours.set(name, held);
  const current = () => (known === undefined ? Object.getPrototypeOf(resource)?.[name] : undefined) ?? original;
  const value = new Proxy(original, {
    apply: (_, self, args) => held.call(current(), self, args),
    has: (target, key) => key === WRAPPED || key in target,
  });
  Object.defineProperty(resource, name, {
    ...(known ?? { enumerable: false, configurable: true }),
    value,
    writable: true,
  });
}
