import { now } from './clock';
import type { Ended } from './ended';
import { entry } from './entry';
import { quietly } from './guard';
import { onDemand } from './on-demand';
import type { FailedResponse, RetryNote } from './retry-note';
import { spanTime } from './span-time';
import { type Resource, replace } from './stand-in';

/** By what stands for a call once it has been repeated: the SDK's options for it, and the error that it ended with. */
const notes = new WeakMap<object, RetryNote[]>();
const responses = new WeakMap<object, FailedResponse>();
let lastResponse: FailedResponse | undefined;

/**
 * Learns of the retries inside the calls of a client. Both methods run only where a try failed: a call that succeeds at
 * once costs nothing. A client without them tells of no retries.
 */
export function watchRetries(client: Resource): void {
  after(client, 'shouldRetry', ([response]) => {
    lastResponse = response as FailedResponse;
    responses.set(lastResponse.headers, lastResponse);
  });
  after(client, 'retryRequest', (args, result) => {
    const [options] = args;
    const made = entry(notes, options as object, (): RetryNote[] => []);
    const response = responses.get(args.find((one) => responses.has(one as object)) as object) ?? lastResponse;
    made.push({ at: now(), args, response });
    // While the SDK waits for the next try.
    record.load();
    // On the side: the SDK waits for it in any case. A call that fails for good has nothing but its error to be known by.
    (result as Promise<unknown>).then(undefined, (error) => Object(error) === error && notes.set(error, made));
  });
}

/** `note` hears of each call of the method. */
function after(client: Resource, name: string, note: (args: unknown[], result: unknown) => void): void {
  if (typeof client[name] !== 'function') return;
  replace(client, name, (original, self, args) => {
    const result: unknown = Reflect.apply(original, self, args);
    quietly('a retry', () => note(args, result));
    return result;
  });
}

const record = onDemand(
  'retries',
  () => import('./retried').then(({ recordRetries }) => recordRetries),
  (ended, _made, end) => end(ended),
);

/** Retries that the SDK made with these options, or before it gave up with this error. */
export const retriesOf = (optionsOrError: unknown): RetryNote[] | undefined => notes.get(optionsOrError as object);

/** Records the retries inside a call that is over, if there were any, and ends its span. */
export function endWithRetries(ended: Ended, error: unknown): void {
  const made = ended.call.retries ?? retriesOf(error);
  if (made === undefined) endSpan(ended);
  else record.run(ended, made, endSpan);
}

const endSpan = ({ call }: Ended): void => call.span?.end(spanTime(call, call.duration));
