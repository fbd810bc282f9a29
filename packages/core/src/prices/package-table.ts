import type {
  calcPrice,
  findProvider,
  ModelInfo,
  ModelPrice,
  Provider,
  Usage as TableUsage,
} from '@pydantic/genai-prices';
import type { Call } from '../call';
import { entry } from '../entry';
import { warnOnce } from '../guard';
import type { Usage } from '../types';
import { LABELS } from './labels';
import { priceOf, type TokenPrices } from './per-million-tokens';

/** What is used of `@pydantic/genai-prices`. */
export interface Package {
  readonly calcPrice: typeof calcPrice;
  readonly findProvider: typeof findProvider;
}

/** Ids in the package of the labels that it has other names for. */
const IDS: Readonly<Record<string, string>> = {
  bedrock: 'aws',
  gemini: 'google',
  moonshot: 'moonshotai',
  vertex: 'google',
  xai: 'x-ai',
};

/** Who the package has for a `provider` label. */
export const idOf = (label: string): string | undefined => (LABELS.includes(label) ? (IDS[label] ?? label) : undefined);

/** Names of models that are looked up once for each provider. */
const MOST_NAMES = 1000;

/** Who takes half of the price for work in a batch, by their price pages. */
const HALF_FOR_BATCHES: ReadonlySet<string> = new Set(['anthropic', 'azure', 'gemini', 'groq', 'mistral', 'openai']);

/** Tiers of service with prices of their own, which the package has not. */
const OTHER_TIERS: ReadonlySet<unknown> = new Set(['flex', 'performance', 'priority', 'reserved', 'scale']);

/** Where another model may answer than the name that was requested says: a deployment's, or the first of several. */
const RENAMED: ReadonlySet<string> = new Set(['azure', 'openrouter']);

/** A model that was found by its name. */
interface Row {
  /** With this model alone: to look through hundreds costs more than all the rest. */
  readonly provider: Provider;
  readonly plain: TokenPrices | undefined;
}

/** The price table of `@pydantic/genai-prices`. */
export class PackageTable {
  #package: Package;
  #rows = new WeakMap<Provider, Map<string, Row | null>>();

  constructor(found: Package) {
    this.#package = found;
  }

  has({ endpoint, model }: Call): boolean {
    return this.#provider(endpoint.provider)?.models.some(({ id }) => id === model) === true;
  }

  price(call: Call): number | undefined {
    const label = call.endpoint.provider;
    const provider = this.#provider(label);
    const { usage, serviceTier } = call.facts;
    if (provider === undefined || usage?.input === undefined || OTHER_TIERS.has(serviceTier)) return undefined;
    if (serviceTier !== 'batch') return this.#price(call, provider, usage);
    return HALF_FOR_BATCHES.has(label) ? this.#half(call, provider, usage) : undefined;
  }

  /** What the server's tools cost is the same in a batch. */
  #half(call: Call, provider: Provider, { serverTools, ...tokens }: Usage): number | undefined {
    const usd = this.#price(call, provider, tokens);
    const tools = serverTools?.web_search ? this.#price(call, provider, { input: 0, serverTools }) : 0;
    return usd === undefined ? undefined : usd / 2 + (tools ?? 0);
  }

  #price(call: Call, provider: Provider, usage: Usage): number | undefined {
    for (const name of namesOf(call, provider)) {
      const row = this.#row(provider, name);
      if (row === null) continue;
      if (row.plain !== undefined && isPlain(usage)) return priceOf(usage, row.plain);
      if (isSum(call)) return undefined;
      return this.#calculate(row.provider, name, usage, new Date(call.startedAtEpochMillis));
    }
    return undefined;
  }

  #provider(label: string): Provider | undefined {
    const providerId = idOf(label);
    return providerId === undefined ? undefined : this.#package.findProvider({ providerId });
  }

  #row(provider: Provider, name: string): Row | null {
    const rows = entry(this.#rows, provider, () => new Map<string, Row | null>());
    const known = rows.get(name);
    if (known !== undefined) return known;
    const model = this.#package.calcPrice({}, name, { providerId: provider.id })?.model;
    const row = model === undefined ? null : { provider: { ...provider, models: [model] }, plain: plainPrices(model) };
    if (rows.size < MOST_NAMES) rows.set(name, row);
    return row;
  }

  #calculate(provider: Provider, name: string, usage: Usage, timestamp: Date): number | undefined {
    try {
      const found = this.#package.calcPrice(tableUsage(usage), name, { provider, timestamp });
      return found !== null && hasAudioPrices(found.model_price, usage) ? found.total_price : undefined;
    } catch (fault) {
      warnOnce('core', 'a usage that contradicts itself has no price', fault);
      return undefined;
    }
  }
}

/** How long the single requests of a batch are, on which some prices depend, is not known. */
const isSum = ({ facts }: Call): boolean => facts.serviceTier === 'batch' && !facts.complete;

/** The model that answered, else the one that was requested. Vertex AI puts the publisher before it. */
function namesOf({ facts, model, endpoint }: Call, { id }: Provider): string[] {
  const requested = RENAMED.has(endpoint.provider) ? undefined : model;
  const names = [facts.responseModel, requested].filter((name) => name !== undefined);
  return id === 'google' ? names.map((name) => name.slice(name.lastIndexOf('/') + 1)) : names;
}

/** Prices of most models depend on nothing but the counts, and multiplying is thirty times as fast as `calcPrice`. */
function plainPrices({ prices }: ModelInfo): TokenPrices | undefined {
  if (Array.isArray(prices) || prices.requests_kcount !== undefined) return undefined;
  const { input_mtok: input = 0, output_mtok: output = 0, cache_read_mtok: cacheRead = input } = prices;
  const { cache_write_mtok: cacheWrite = input, output_reasoning_mtok: reasoning = output } = prices;
  const plain = { input, output, cacheRead, cacheWrite, reasoning };
  return Object.values(plain).every((price) => typeof price === 'number') ? (plain as TokenPrices) : undefined;
}

/** Text alone, and no part larger than the whole. */
const isPlain = (usage: Usage): boolean =>
  !usage.audioInput &&
  !usage.audioOutput &&
  !usage.cacheWrite1h &&
  !usage.serverTools?.web_search &&
  (usage.cacheRead ?? 0) + (usage.cacheWrite ?? 0) <= (usage.input ?? 0) &&
  (usage.reasoning ?? 0) <= billedOutput(usage);

const billedOutput = ({ output = 0, unlisted = 0 }: Usage): number => output + unlisted;

/** Sound costs several times what text does: where only text has a price, there is none for sound. */
const hasAudioPrices = (prices: ModelPrice, { audioInput, audioOutput }: Usage): boolean =>
  (!audioInput || prices.input_audio_mtok !== undefined) && (!audioOutput || prices.output_audio_mtok !== undefined);

/** Totals with their parts, as the package wants them too. */
const tableUsage = ({ input = 0, cacheRead, audioInput, ...usage }: Usage): TableUsage => ({
  input_tokens: input,
  output_tokens: billedOutput(usage),
  cache_read_tokens: cacheRead,
  cache_write_tokens: usage.cacheWrite,
  ...(usage.cacheWrite1h && { cache_write_1h_tokens: usage.cacheWrite1h }),
  ...(usage.serverTools?.web_search && { web_searches: usage.serverTools.web_search }),
  output_reasoning_tokens: usage.reasoning,
  input_audio_tokens: audioInput,
  output_audio_tokens: usage.audioOutput,
  // No server says how much sound was cached; as little as its counts allow.
  ...(cacheRead && audioInput ? { cache_audio_read_tokens: Math.max(0, cacheRead + audioInput - input) } : {}),
});
