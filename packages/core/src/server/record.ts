import type { MethodDescriptor } from '../descriptor';
import type { Ended } from '../ended';
import { entry } from '../entry';
import { absorb, quietly, warnFault } from '../guard';
import { startPhases } from './phases';
import type { ServerReader, ServerTimes } from './times';
import type { Told } from './told';

const PHASES = [
  { part: 'queueSeconds', key: 'serverQueue' },
  { part: 'prefillSeconds', key: 'serverPrefill' },
  { part: 'decodeSeconds', key: 'serverDecode' },
] as const;

/** How the servers of a method are read; `undefined` where its descriptor doesn't say. */
const readers = new WeakMap<MethodDescriptor, ServerReader | undefined>();
const loading = new WeakMap<MethodDescriptor, Promise<void>>();

/** Records what a server told of its own work: at once, if it is known how to read it. */
export function recordTold(ended: Ended, told: Told): void {
  const { method } = ended.call;
  if (method.server === undefined || readers.has(method)) recordTimes(ended, told, readers.get(method));
  else entry(loading, method, () => loadReader(method)).then(() => recordTimes(ended, told, readers.get(method)));
}

async function loadReader(method: MethodDescriptor): Promise<void> {
  try {
    readers.set(method, await method.server?.());
  } catch (fault) {
    readers.set(method, undefined);
    warnFault('loading how servers are read', fault);
  }
}

function recordTimes(ended: Ended, { server, headers, firstToken }: Told, reader: ServerReader | undefined): void {
  const times = quietly('what the server told', () => reader?.serverTimes(server, headers)) ?? {};
  for (const { part, key } of PHASES) recordIn(ended, key, times[part]);
  recordRatios(ended, times);
  quietly('the phases of a call', () => startPhases(ended.call, firstToken, times));
}

function recordIn(ended: Ended, key: Parameters<Ended['record']>[0], value: number | undefined): void {
  if (value !== undefined && value >= 0 && Number.isFinite(value)) ended.record(key, value, ended.series.labels);
}

function recordRatios(ended: Ended, { draftTokens, acceptedTokens }: ServerTimes): void {
  const { cacheRead, input, output } = ended.call.facts.usage ?? {};
  const tokens = input === undefined ? undefined : input + (output ?? 0);
  recordIn(ended, 'cacheHit', ratio(cacheRead, input));
  recordIn(ended, 'contextUtilization', ratio(tokens, tokens && contextWindow(ended)));
  recordIn(ended, 'draftAcceptance', ratio(acceptedTokens, draftTokens));
}

const ratio = (part: number | undefined, whole: number | undefined): number | undefined =>
  part === undefined || !whole ? undefined : part / whole;

function contextWindow({ call }: Ended): number | undefined {
  const { contextWindow } = call.watch.options;
  if (typeof contextWindow !== 'function') return contextWindow;
  const model = call.model ?? call.facts.responseModel ?? '';
  return quietly('contextWindow', () => absorb('contextWindow', contextWindow(model)));
}
