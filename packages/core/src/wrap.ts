import { context } from '@opentelemetry/api';
import { Call } from './call';
import { checkOptions } from './check-options';
import { contentOf, loadContent } from './content/lazy';
import type { MethodDescriptor, ProviderDescriptor } from './descriptor';
import { quietly, warnFault, warnOnce } from './guard';
import type { WrapOptions } from './options';
import { enterShared } from './prices/shared-time';
import { follow } from './promise';
import { recorder, seriesOf } from './recorder';
import { isInCall, startSpan } from './span';
import { Watch } from './watch';

type Method = (...args: unknown[]) => unknown;
type Resource = Record<string, unknown>;

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
    if (found.length === 0) warnNothing(descriptor);
    loadContent(watch);
    for (const name of descriptor.copies) patchCopy(client as Resource, name, descriptor, options);
  });
  return client;
}

function warnNothing({ name, methods }: ProviderDescriptor): void {
  const known = methods.map(({ resource, method }) => [...resource, method].join('.')).join(', ');
  warnOnce(name, `the wrapped client has none of ${known}; nothing will be measured; check what was passed to wrap`);
}

/** Resources that have a method of ours, even if it lies below a spy by now. */
const patched = new WeakSet<object>();

function patchMethod(client: object, method: MethodDescriptor, watch: Watch): boolean {
  let resource: unknown = client;
  for (const name of method.resource) resource = (resource as Resource | undefined)?.[name];
  if (typeof (resource as Resource | undefined)?.[method.method] !== 'function') return false;
  replace(resource as Resource, method.method, (original, self, args) => {
    const call = begin(method, watch, args[0]);
    return call === undefined ? Reflect.apply(original, self, args) : run(call, original, self, args);
  });
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
function replace(
  resource: Resource,
  name: string,
  call: (original: Method, self: unknown, args: unknown[]) => unknown,
) {
  const known = Object.getOwnPropertyDescriptor(resource, name);
  const original = resource[name] as Method;
  if (WRAPPED in original || patched.has(resource)) return;
  patched.add(resource);
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

/** Runs the caller's method in the context of the call: exactly once, whatever the context manager does. */
function run(call: Call, original: Method, self: unknown, args: unknown[]): unknown {
  let done = false;
  let threw = false;
  let value: unknown;
  const once = () => {
    if (done) return;
    done = true;
    try {
      value = Reflect.apply(original, self, args);
    } catch (error) {
      threw = true;
      value = error;
    }
  };
  try {
    context.with(call.context, once);
  } catch (fault) {
    warnFault('the context', fault);
  }
  once();
  if (!threw) return follow(value, call);
  call.failed(value);
  throw value;
}

function begin(method: MethodDescriptor, watch: Watch, request: unknown): Call | undefined {
  try {
    const active = context.active();
    if (isInCall(active)) return undefined;
    const call = new Call(watch, watch.endpoint, method, modelOf(method, request), recorder);
    call.context = active;
    const series = seriesOf(call, watch.pipeline);
    startSpan(call, series, request);
    call.inFlight = series.inFlight;
    call.inFlight.value += 1;
    call.content = contentOf(call, request);
    if (watch.options.pricing !== undefined) enterShared(call, watch.options.pricing);
    return call;
  } catch (fault) {
    warnFault('starting a call', fault);
    return undefined;
  }
}

function modelOf(method: MethodDescriptor, request: unknown): string | undefined {
  try {
    return method.model(request);
  } catch (fault) {
    warnFault('the model', fault);
    return undefined;
  }
}
