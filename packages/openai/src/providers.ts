import { type Destination, own, ownString, parseURL, type Quirks } from '@grump/llm-otel-core';
import type { Attributes } from '@opentelemetry/api';

/**
 * The end of a host's name, whose label stands for every host below it, or what the whole name matches; the label; and
 * `gen_ai.provider.name`, where that is not the label with `_` for `-`.
 */
export type Host = readonly [host: string | RegExp, provider: string, genAi?: string];

/** Servers known by the host of their base URL. GenAI names from the conventions' registry (2026-10) where it has one. */
export const HOSTS: readonly Host[] = [
  ['api.nvidia.com', 'nvidia-nim'],
  ['api.nvcf.nvidia.com', 'nvidia-nim'],
  ['openai.azure.com', 'azure', 'azure.ai.openai'],
  ['cognitiveservices.azure.com', 'azure', 'azure.ai.openai'],
  ['services.ai.azure.com', 'azure', 'azure.ai.inference'],
  ['openai.com', 'openai'],
  ['groq.com', 'groq'],
  ['cerebras.ai', 'cerebras'],
  ['mistral.ai', 'mistral', 'mistral_ai'],
  ['deepseek.com', 'deepseek'],
  ['x.ai', 'xai', 'x_ai'],
  ['perplexity.ai', 'perplexity'],
  ['moonshot.ai', 'moonshot', 'moonshot_ai'],
  ['moonshot.cn', 'moonshot', 'moonshot_ai'],
  ['cohere.ai', 'cohere'],
  ['cohere.com', 'cohere'],
  ['generativelanguage.googleapis.com', 'gemini', 'gcp.gemini'],
  [/\baiplatform\.(.+\.)?googleapis\.com$/, 'vertex', 'gcp.vertex_ai'],
  [/\bbedrock-.*\.(amazonaws\.com(\.cn)?|api\.aws)$/, 'bedrock', 'aws.bedrock'],
  ['openrouter.ai', 'openrouter'],
  ['together.xyz', 'together'],
  ['together.ai', 'together'],
  ['fireworks.ai', 'fireworks'],
  [/\bdashscope\b.*\.aliyuncs\.com$/, 'alibaba'],
  ['z.ai', 'zai'],
  ['databricks.com', 'databricks'],
];

/** `gen_ai.provider.name` of a label that the user gave. */
const GEN_AI: ReadonlyMap<string, string> = new Map(
  HOSTS.flatMap(([, provider, genAi]) => (genAi === undefined ? [] : [[provider, genAi] as const])).reverse(),
);

/** Label of a server that is told by nothing. */
const COMPATIBLE = 'openai-compatible';
export const NIM = 'nvidia-nim';

/** Attributes of spans of NIM calls. */
export const spanAttributes = ({ provider }: Pick<Destination, 'provider'>, model: string): Attributes =>
  provider === NIM ? { 'nvidia.nim.provider': provider, 'nvidia.nim.model': model } : {};

/** Reads the provider off the option, else the client's own one, else the base URL, else the client's shape. */
export function destinationOf(client: object, provider: string | undefined): Destination {
  // BedrockOpenAI's own base URL is an accessor.
  const baseURL = ownString(client, 'baseURL') ?? ownString(own(client, '_options'), 'baseURL');
  return { baseURL, model: ownString(client, 'deploymentName'), ...providerOf(client, provider, baseURL) };
}

function providerOf(client: object, given: string | undefined, baseURL: string | undefined) {
  const provider = given ?? sdkProvider(client);
  if (provider !== undefined) return { provider, genAiProvider: GEN_AI.get(provider) };
  const hostname = parseURL(baseURL)?.hostname ?? '';
  const known = HOSTS.find(([host]) =>
    typeof host === 'string' ? `.${hostname}`.endsWith(`.${host}`) : host.test(hostname),
  );
  if (known !== undefined) return { provider: known[1], genAiProvider: known[2] };
  return isAzure(client) ? { provider: 'azure', genAiProvider: 'azure.ai.openai' } : { provider: COMPATIBLE };
}

/** What `new OpenAI({ provider: bedrock() })` is for, wherever its base URL leads; since openai 7. */
function sdkProvider(client: object): string | undefined {
  const name = ownString(own(client, '_provider'), 'name');
  return name !== undefined && GEN_AI.has(name) ? name : undefined;
}

/** `AzureOpenAI` behind a gateway of another name: only it has an API version. */
const isAzure = (client: object): boolean =>
  typeof own(client, 'apiVersion') === 'string' && 'deploymentName' in client;

/** Headers that tell what is left of the rate limits, requests first, where they aren't OpenAI's. */
export const LIMITS: Readonly<Record<string, Quirks['limits']>> = {
  cerebras: ['x-ratelimit-remaining-requests-day', 'x-ratelimit-remaining-tokens-minute'],
  fireworks: ['x-ratelimit-remaining-requests', 'x-ratelimit-remaining-tokens-generated'],
  mistral: ['x-ratelimit-remaining-req-minute', 'x-ratelimit-remaining-tokens-minute'],
  together: ['x-ratelimit-remaining', 'x-tokenlimit-remaining'],
};

/** Servers that reject a question for usage on streams, */
export const USAGE_REJECTED: readonly string[] = ['mistral', 'databricks'];
/** and those that tell it unasked. llama.cpp would move its timings away from the chunk that has them. */
export const USAGE_UNASKED: readonly string[] = [
  'deepseek',
  'fireworks',
  'groq',
  'llama.cpp',
  'openrouter',
  'perplexity',
  'together',
  'xai',
];

/** What the server at a destination does in ways of its own. */
export const quirksOf = ({ provider, baseURL }: Destination, client: object): Quirks => ({
  limits: LIMITS[provider],
  asksNoUsage:
    USAGE_REJECTED.includes(provider) ||
    USAGE_UNASKED.includes(provider) ||
    (provider === 'azure' && !isAskable(client, baseURL)),
});

/** Azure takes the question since API version 2024-09-01-preview; its serverless models reject what they don't know. */
function isAskable(client: object, baseURL = ''): boolean {
  const version = own(client, 'apiVersion');
  return typeof version === 'string' ? version >= '2024-09-01' : baseURL.includes('/openai');
}
