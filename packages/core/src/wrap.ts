import { amend } from './amend';
import { begin } from './begin';
import type { Call } from './call';
import { checkOptions } from './check-options';
import { loadContent } from './content/lazy';
import type { MethodDescriptor, ObservedMethod, ProviderDescriptor } from './descriptor';
import { quietly, warnOnce } from './guard';
import { observeResult } from './observe';
import type { WrapOptions } from './options';
import { follow } from './promise';
import { watchRetries } from './retries';
import { runInContext } from './run-in-context';
import { type Method, type Resource, replace, type Stand } from './stand-in';
import { loadSummaries } from './summary-lazy';
import { Watch } from './watch';

type Place = Pick<MethodDescriptor, 'resource' | 'method'>;

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
    descriptor.extend?.(client, watch);
    loadContent(watch);
    if (found.length > 0) watchRetries(client as Resource);
    loadSummaries(options);
    for (const name of descriptor.copies) patchCopy(client as Resource, name, descriptor, options);
  });
  return client;
}

function warnNothing({ name, methods }: ProviderDescriptor): void {
  const known = methods.map(({ resource, method }) => [...resource, method].join('.')).join(', ');
  warnOnce(name, `the wrapped client has none of ${known}; nothing will be measured; check what was passed to wrap`);
}

function patchMethod(client: object, method: MethodDescriptor, watch: Watch): boolean {
  return replaceIn(client, method, watch, (original, self, args) => {
    const call = method.isCall?.(args) === false ? undefined : begin(method, watch, args);
    return call === undefined ? Reflect.apply(original, self, args) : run(call, original, self, amend(call, args));
  });
}

function observeMethod(client: object, method: ObservedMethod, watch: Watch): void {
  replaceIn(client, method, watch, (original, self, args) => {
    const returned: unknown = Reflect.apply(original, self, args);
    quietly('observing a method', () => observeResult(returned, method, args, watch));
    return returned;
  });
}

function replaceIn(client: object, { resource, method }: Place, { options }: Watch, call: Stand): boolean {
  let found: unknown = client;
  for (const name of resource) found = (found as Resource | undefined)?.[name];
  if (typeof (found as Resource | undefined)?.[method] !== 'function') return false;
  replace(found as Resource, method, call, options.yields);
  return true;
}

function patchCopy(client: Resource, name: string, descriptor: ProviderDescriptor, options: WrapOptions): void {
  if (typeof client[name] !== 'function') return;
  const wrapMade: Stand = (original, self, args) => {
    const made: unknown = Reflect.apply(original, self, args);
    return typeof made === 'object' && made !== null ? wrapClient(made, descriptor, options) : made;
  };
  replace(client, name, wrapMade, options.yields);
}

/** Runs the caller's method in the context of the call. */
function run(call: Call, original: Method, self: unknown, args: unknown[]): unknown {
  let returned: unknown;
  try {
    returned = runInContext(call.context, () => Reflect.apply(original, self, args));
  } catch (error) {
    call.failed(error);
    throw error;
  }
  return follow(returned, call);
}
