import { context } from '@opentelemetry/api';
import { Call } from './call';
import type { MethodDescriptor, ProviderDescriptor } from './descriptor';
import { quietly, warnOnce } from './guard';
import type { WrapOptions } from './options';
import { follow } from './promise';
import { recorder, seriesOf } from './recorder';
import { isInCall, startSpan } from './span';
import { Watch } from './watch';

type Method = (this: unknown, ...args: unknown[]) => unknown;
type Resource = Record<string, unknown>;

/** Marks our methods, across copies of this package. */
const WRAPPED = Symbol.for('@grump/llm-otel.wrapped');

/**
 * Watches the methods of `descriptor` on `client`, in place, and returns the same client. A client that is watched
 * already is left as it is. A client with nothing known on it gets one warning.
 */
export function wrapClient<Client extends object>(
  client: Client,
  descriptor: ProviderDescriptor,
  options: WrapOptions = {},
): Client {
  quietly('wrapping a client', () => {
    const watch = new Watch(client, descriptor, options);
    const found = descriptor.methods.filter((method) => patchMethod(client, method, watch));
    if (found.length === 0) warnNothing(descriptor);
    for (const name of descriptor.copies) patchCopy(client as Resource, name, descriptor, options);
  });
  return client;
}

function warnNothing({ name, methods }: ProviderDescriptor): void {
  const known = methods.map(({ resource, method }) => [...resource, method].join('.')).join(', ');
  warnOnce(name, `the wrapped client has none of ${known}; nothing will be measured; check what was passed to wrap`);
}

function patchMethod(client: object, method: MethodDescriptor, watch: Watch): boolean {
  let resource: unknown = client;
  for (const name of method.resource) resource = (resource as Resource | undefined)?.[name];
  const original = (resource as Resource | undefined)?.[method.method];
  if (typeof original !== 'function') return false;
  if (!isWrapped(original)) replace(resource as Resource, method.method, watched(original as Method, method, watch));
  return true;
}

function patchCopy(client: Resource, name: string, descriptor: ProviderDescriptor, options: WrapOptions): void {
  const original = client[name];
  if (typeof original !== 'function' || isWrapped(original)) return;
  replace(client, name, function copy(this: unknown, ...args: unknown[]) {
    const made: unknown = (original as Method).apply(this, args);
    return typeof made === 'object' && made !== null ? wrapClient(made, descriptor, options) : made;
  });
}

const isWrapped = (method: object): boolean => WRAPPED in method;

/** As a method of a class is: not enumerable, with the name and length of what it stands for. */
function replace(resource: Resource, name: string, method: Method): void {
  const original = resource[name] as Method;
  Object.defineProperties(method, {
    name: { value: original.name, configurable: true },
    length: { value: original.length, configurable: true },
    [WRAPPED]: { value: true },
  });
  Object.defineProperty(resource, name, { value: method, writable: true, configurable: true, enumerable: false });
}

function watched(original: Method, method: MethodDescriptor, watch: Watch): Method {
  return function (this: unknown, ...args: unknown[]) {
    const call = quietly('starting a call', () => begin(method, watch, args[0]));
    if (call === undefined) return original.apply(this, args);
    let returned: unknown;
    try {
      returned = context.with(call.context, () => original.apply(this, args));
    } catch (error) {
      call.failed(error);
      throw error;
    }
    return follow(returned, call);
  };
}

function begin(method: MethodDescriptor, watch: Watch, request: unknown): Call | undefined {
  if (isInCall()) return undefined;
  const call = new Call(watch, method, method.model(request), recorder);
  const series = seriesOf(call, watch.pipeline);
  quietly('starting a span', () => startSpan(call, series, request));
  call.inFlight = series.inFlight;
  call.inFlight.value += 1;
  return call;
}
