import { Call } from './call';

/** Calls that wait for their usage; past these the oldest are given up. */
const MOST = 1000;
const waiting = new Map<string, () => Call>();

const idOf = ({ endpoint, facts }: Call): string => `${endpoint.address} ${endpoint.port} ${facts.responseId}`;

/** The server goes on working for `call`, which is over: its usage will come with a fetch. Holds on to nothing of it. */
export function defer(call: Call): void {
  const { watch, endpoint, method, model, recorder } = call;
  for (const oldest of waiting.keys()) if (waiting.size >= MOST) waiting.delete(oldest);
  waiting.set(idOf(call), () => new Call(watch, endpoint, method, model, recorder));
}

/** One like the call that had generated what `fetch` brought; once, and only if that was {@link defer}red in this process. */
export function claim(fetch: Call): Call | undefined {
  const id = idOf(fetch);
  const make = waiting.get(id);
  waiting.delete(id);
  return make?.();
}
