import { type Destination, own, ownString, parseURL, type Quirks } from '@grump/llm-otel-core';

interface Served {
  readonly provider: string;
  /** `gen_ai.provider.name`, where it is not the label with `_` for `-`. */
  readonly genAi?: string;
}

const BEDROCK: Served = { provider: 'bedrock', genAi: 'aws.bedrock' };
const VERTEX: Served = { provider: 'vertex', genAi: 'gcp.vertex_ai' };
const FOUNDRY: Served = { provider: 'azure', genAi: 'azure.ai.inference' };

/** Who serves the model, by the host of the client's base URL; those besides Anthropic speak its protocol. */
const HOSTS: readonly (Served & { readonly host: string })[] = [
  { host: 'api.aws', ...BEDROCK },
  { host: 'amazonaws.com', ...BEDROCK },
  { host: 'googleapis.com', ...VERTEX },
  { host: 'rep.googleapis.com', ...VERTEX },
  { host: 'services.ai.azure.com', ...FOUNDRY },
  { host: 'azure.anthropic.com', ...FOUNDRY },
  { host: 'deepseek.com', provider: 'deepseek' },
  { host: 'moonshot.ai', provider: 'moonshot', genAi: 'moonshot_ai' },
  { host: 'moonshot.cn', provider: 'moonshot', genAi: 'moonshot_ai' },
  { host: 'z.ai', provider: 'zai' },
  { host: 'openrouter.ai', provider: 'openrouter' },
];

const ANTHROPIC = 'anthropic';

/** Reads the provider off the option, else the client's shape, else its base URL. */
export function destinationOf(client: object, provider: string | undefined): Destination {
  const baseURL = ownString(client, 'baseURL');
  return { baseURL, ...named(provider ?? shapeOf(client) ?? hostOf(baseURL) ?? { provider: ANTHROPIC }) };
}

function named(served: Served | string): Pick<Destination, 'provider' | 'genAiProvider'> {
  const { provider, genAi } = typeof served === 'string' ? (byLabel.get(served) ?? { provider: served }) : served;
  return { provider, ...(genAi !== undefined && { genAiProvider: genAi }) };
}

const byLabel: ReadonlyMap<string, Served> = new Map(HOSTS.map((served) => [served.provider, served]));

/** What only one of the clients has. `AnthropicAws` is Anthropic's own platform, billed by AWS. */
function shapeOf(client: object): Served | undefined {
  if ('workspaceId' in client && 'awsRegion' in client) return { provider: ANTHROPIC };
  if ('awsRegion' in client) return BEDROCK;
  if ('projectId' in client && 'region' in client) return VERTEX;
  return own(client, 'resource') !== undefined ? FOUNDRY : undefined;
}

function hostOf(baseURL: string | undefined): Served | undefined {
  const hostname = parseURL(baseURL)?.hostname ?? '';
  return HOSTS.find(({ host }) => hostname === host || hostname.endsWith(`.${host}`));
}

const KINDS = ['requests', 'tokens', 'input-tokens', 'output-tokens'];
const PARTS = ['limit', 'remaining', 'reset'];

const QUIRKS: Quirks = {
  limits: ['anthropic-ratelimit-requests-remaining', 'anthropic-ratelimit-tokens-remaining'],
  headers: ['request-id', ...KINDS.flatMap((kind) => PARTS.map((part) => `anthropic-ratelimit-${kind}-${part}`))],
};

/** Anthropic's names of headers, which those who speak its protocol use too. */
export const quirksOf = (): Quirks => QUIRKS;
