import { type Context, context } from '@opentelemetry/api';
import { Call } from './call';
import { checkOptions } from './check-options';
import { contentOf, loadContent } from './content/lazy';
import type { MethodDescriptor, ObservedMethod, ProviderDescriptor } from './descriptor';
import { entry } from './entry';
import { quietly, warnOnce } from './guard';
import { lateRecorder } from './late';
import { observeResult } from './observe';
import type { WrapOptions } from './options';
import { follow } from './promise';
import { recorder, seriesOf } from './recorder';
import { isInCall, startSpan } from './span';
import { Watch } from './watch';

type Method = (...args: unknown[]) => unknown;
type Resource = Record<string, unknown>;
type Place = Pick<MethodDescriptor, 'resource' | 'method'>;
type Stand = (original: Method, self: unknown, args: unknown[]) => unknown;

/** Marks our methods, across copies of this package. */
const WRAPPED = Symbol.for('@grump/llm-otel.wrapped');

/**
 * Watches the methods of `descriptor` on `client`, in place, and returns the same client. A client that is watched
 * already is left as it is. A client with nothing known on it gets one warning.
 *
 * @throws TypeError for an option that cannot be meant
 */
export function wrapClient<Client extends object>(
  client: Client,
  descriptor: ProviderDescriptor,
  options: WrapOptions = {},
): Client {
  checkOptions(options);
  quietly('wrapping a client', () => {
    const watch = new Watch(client, descriptor, options);
    const found = descriptor.methods.filter((method) => patchMethod(client, method, watch));
    if (!found.some(({ resource }) => resource.length > 0)) warnNothing(descriptor);
    for (const method of descriptor.observed ?? []) observeMethod(client, method, watch);
    loadContent(watch);
    for (const name of descriptor.copies) patchCopy(client as Resource, name, descriptor, options);
  });
  return client;
}

function warnNothing({ name, methods }: ProviderDescriptor): void {
  const known = methods.map(({ resource, method }) => [...resource, method].join('.')).join(', ');
  warnOnce(name, `the wrapped client has none of ${known}; nothing will be measured; check what was passed to wrap`);
}

/** Methods of ours by resource, even if they lie below a spy by now. */
const patched = new WeakMap<object, Set<string>>();

function patchMethod(client: object, method: MethodDescriptor, watch: Watch): boolean {
  return replaceIn(client, method, (original, self, args) => {
    if (method.isCall?.(args) === false) return Reflect.apply(original, self, args);
    const call = quietly('starting a call', () => beginCall(method, watch, args[method.argument ?? 0]));
    if (call === undefined) return Reflect.apply(original, self, args);
    const done = runIn(call.context, () => Reflect.apply(original, self, args));
    if ('returned' in done) return follow(done.returned, call);
    call.failed(done.thrown);
    throw done.thrown;
  });
}

function observeMethod(client: object, method: ObservedMethod, watch: Watch): void {
  replaceIn(client, method, (original, self, args) => {
    const returned: unknown = Reflect.apply(original, self, args);
    quietly('observing a method', () => observeResult(returned, method, args, watch));
    return returned;
  });
}

function replaceIn(client: object, { resource, method }: Place, call: Stand): boolean {
  let found: unknown = client;
  for (const name of resource) found = (found as Resource | undefined)?.[name];
  if (typeof (found as Resource | undefined)?.[method] !== 'function') return false;
  replace(found as Resource, method, call);
  return true;
}

function patchCopy(client: Resource, name: string, descriptor: ProviderDescriptor, options: WrapOptions): void {
  if (typeof client[name] !== 'function') return;
  replace(client, name, (original, self, args) => {
    const made: unknown = Reflect.apply(original, self, args);
    return typeof made === 'object' && made !== null ? wrapClient(made, descriptor, options) : made;
  });
}

/**
 * Puts a stand-in for a method on the object itself. It is the method in all but what a call does: a spy stays a spy, and
 * a method of the prototype may still be replaced there.
 */
function replace(resource: Resource, name: string, call: Stand): void {
  const known = Object.getOwnPropertyDescriptor(resource, name);
  const original = resource[name] as Method;
  const ours = entry(patched, resource, () => new Set<string>());
  if (WRAPPED in original || ours.has(name)) return;
  ours.add(name);
  const current = () => (known === undefined ? Object.getPrototypeOf(resource)?.[name] : undefined) ?? original;
  const value = new Proxy(original, {
    apply: (_, self, args) => call(current(), self, args),
    has: (target, key) => key === WRAPPED || key in target,
  });
  Object.defineProperty(resource, name, {
    ...(known ?? { enumerable: false, configurable: true }),
    value,
    writable: true,
  });
}

/** Runs the caller's method exactly once, whatever the context manager does. */
function runIn(parent: Context, method: () => unknown): { returned: unknown } | { thrown: unknown } {
  let done: { returned: unknown } | { thrown: unknown } | undefined;
  const run = () => {
    try {
      done = { returned: method() };
    } catch (thrown) {
      done = { thrown };
    }
  };
  quietly('the context', () => context.with(parent, run));
  if (done === undefined) run();
  return done!;
}

/** Starts a call, whose clock and span then run; none inside another one. */
export function beginCall(method: MethodDescriptor, watch: Watch, request: unknown): Call | undefined {
  if (isInCall()) return undefined;
  const { endpoint } = watch;
  const call = new Call(
    watch,
    endpoint,
    method,
    quietly('the model', () => method.model(request)) ?? endpoint.model,
    method.ready === undefined ? recorder : lateRecorder,
  );
  const series = seriesOf(call, watch.pipeline);
  quietly('starting a span', () => startSpan(call, series, request));
  call.inFlight = series.inFlight;
  call.inFlight.value += 1;
  call.content = contentOf(call, request);
  return call;
}
