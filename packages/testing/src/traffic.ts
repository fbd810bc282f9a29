import { existsSync, readdirSync, readFileSync } from 'node:fs';

const ROOT = new URL('../fixtures/traffic/', import.meta.url);

/** Token counts as the recorded body states them; null where it states none. */
export interface TrafficUsage {
  readonly input: number | null;
  readonly output: number | null;
  readonly total: number | null;
  readonly cachedInput: number | null;
  readonly reasoningOutput: number | null;
}

/** What a plain reading of the recorded body gives; the fields present depend on the kind of body. */
export interface TrafficTruth {
  readonly responseId?: string | null;
  readonly model?: string | null;
  readonly choices?: readonly { readonly index: number; readonly finishReason: string | null }[];
  readonly usage?: TrafficUsage | null;
  /** Streams: chunks without `[DONE]`. */
  readonly chunks?: number;
  readonly doneMarker?: boolean;
  readonly streamError?: unknown;
}

/** What the bare SDK did with the pair: items its stream yielded, or the error it threw. */
export interface TrafficRawSdk {
  readonly itemsYielded?: number;
  readonly throws?: string;
  readonly throwsAt?: 'await' | 'iteration';
  readonly throwsStatus?: number;
}

/** One recorded request and response, with the truth beside them. */
export interface TrafficCase {
  readonly provider: string;
  readonly name: string;
  readonly stream: boolean;
  /** The JSON body that was sent. */
  readonly request: Readonly<Record<string, unknown>>;
  /** The response body, byte for byte as UTF-8 text. */
  readonly body: string;
  readonly bodyBytes: number;
  readonly httpStatus: number;
  readonly responseHeaders: Readonly<Record<string, string>>;
  readonly truth: TrafficTruth;
  readonly rawSdk: TrafficRawSdk;
}

interface TruthEntry extends Omit<TrafficCase, 'provider' | 'name' | 'request' | 'body'> {
  readonly requestFile: string;
  readonly responseFile: string;
}

/** Folder names under `fixtures/traffic`, sorted. */
export function trafficProviders(): string[] {
  const folders = readdirSync(ROOT, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return folders.map(({ name }) => name).sort();
}

/** The recorded chat traffic of one provider, or of all, sorted by provider and case name. */
export function loadTraffic(provider?: string): TrafficCase[] {
  return (provider === undefined ? trafficProviders() : [provider]).flatMap(loadFolder);
}

function loadFolder(provider: string): TrafficCase[] {
  const folder = new URL(`${provider}/`, ROOT);
  if (!existsSync(folder)) throw new Error(`No traffic of "${provider}"; there is ${trafficProviders().join(', ')}`);
  const text = (file: string): string => readFileSync(new URL(file, folder), 'utf8');
  const entries = Object.entries(JSON.parse(text('truth.json')) as Record<string, TruthEntry>);
  return entries
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([name, { requestFile, responseFile, ...entry }]) => ({
      ...entry,
      provider,
      name,
      request: JSON.parse(text(requestFile)),
      body: text(responseFile),
    }));
}
