import { existsSync, readdirSync, readFileSync } from 'node:fs';

const ROOT = new URL('../fixtures/traffic/', import.meta.url);

/** APIs that traffic was recorded of; the calls that fetch a response are among `responses`. */
export type TrafficApi = 'chat' | 'responses' | 'completions' | 'messages';

/** Token counts as the recorded body states them; null where it states none. */
export interface TrafficUsage {
  readonly input: number | null;
  readonly output: number | null;
  readonly total: number | null;
  readonly cachedInput: number | null;
  readonly reasoningOutput: number | null;
  /** Responses. */
  readonly cacheWriteInput?: number | null;
  /** Messages, whose `input` leaves cached tokens out. */
  readonly inputPlusCache?: number | null;
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
  /** Responses: of the last response in the body. */
  readonly status?: string | null;
  readonly outputTypes?: readonly string[];
  /** Responses, streamed: how many events of each type. */
  readonly eventTypes?: Readonly<Record<string, number>>;
  readonly textSha?: string;
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
  /** A {@link TrafficApi}, or `responses.retrieve`. */
  readonly api: string;
  /** The URL's path. */
  readonly path: string;
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

/** Names of folders under `fixtures/traffic` with traffic of an API, sorted. */
export function trafficProviders(api: TrafficApi = 'chat'): string[] {
  const folders = readdirSync(ROOT, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const names = folders.map(({ name }) => name).sort();
  return names.filter((name) => existsSync(new URL(`${name}/${truthFile(api)}`, ROOT)));
}

/** The recorded traffic of one provider, or of all, sorted by provider and case name. */
export function loadTraffic(provider?: string, api: TrafficApi = 'chat'): TrafficCase[] {
  const providers = provider === undefined ? trafficProviders(api) : [provider];
  return providers.flatMap((name) => loadFolder(name, api));
}

const truthFile = (api: TrafficApi): string => (api === 'chat' ? 'truth.json' : `truth.${api}.json`);

function loadFolder(provider: string, api: TrafficApi): TrafficCase[] {
  const folder = new URL(`${provider}/`, ROOT);
  const file = new URL(truthFile(api), folder);
  if (!existsSync(file)) throw new Error(`No traffic of "${provider}"; there is ${trafficProviders(api).join(', ')}`);
  const text = (name: string): string => readFileSync(new URL(name, folder), 'utf8');
  const entries = Object.entries(JSON.parse(readFileSync(file, 'utf8')) as Record<string, TruthEntry>);
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
