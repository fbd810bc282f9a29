import { type Destination, own, ownString, parseURL, type Quirks } from '@grump/llm-otel-core';
import type { Attributes } from '@opentelemetry/api';

export interface Host {
  /** The end of the host name; the label stands for every host below it. */
  readonly host: string;
  readonly provider: string;
  /** Below the host, these alone: others there are other services of the same company, or of its customers. */
  readonly only?: RegExp;
  /** `gen_ai.provider.name`, where it is not the label with `_` for `-`. */
  readonly genAi?: string;
}

const BEDROCK = /(^|\.)bedrock-/;

/** Servers known by the host of their base URL. GenAI names from the conventions' registry (2026-10) where it has one. */
export const HOSTS: readonly Host[] = [
  { host: 'integrate.api.nvidia.com', provider: 'nvidia-nim' },
  { host: 'ai.api.nvidia.com', provider: 'nvidia-nim' },
  { host: 'api.nvcf.nvidia.com', provider: 'nvidia-nim' },
  { host: 'openai.azure.com', provider: 'azure', genAi: 'azure.ai.openai' },
  { host: 'cognitiveservices.azure.com', provider: 'azure', genAi: 'azure.ai.openai' },
  { host: 'services.ai.azure.com', provider: 'azure', genAi: 'azure.ai.inference' },
  { host: 'openai.com', provider: 'openai' },
  { host: 'groq.com', provider: 'groq' },
  { host: 'cerebras.ai', provider: 'cerebras' },
  { host: 'mistral.ai', provider: 'mistral', genAi: 'mistral_ai' },
  { host: 'deepseek.com', provider: 'deepseek' },
  { host: 'x.ai', provider: 'xai', genAi: 'x_ai' },
  { host: 'perplexity.ai', provider: 'perplexity' },
  { host: 'moonshot.ai', provider: 'moonshot', genAi: 'moonshot_ai' },
  { host: 'moonshot.cn', provider: 'moonshot', genAi: 'moonshot_ai' },
  { host: 'cohere.ai', provider: 'cohere' },
  { host: 'cohere.com', provider: 'cohere' },
  { host: 'generativelanguage.googleapis.com', provider: 'gemini', genAi: 'gcp.gemini' },
  { host: 'googleapis.com', provider: 'vertex', genAi: 'gcp.vertex_ai', only: /(^|-)aiplatform\./ },
  { host: 'amazonaws.com', provider: 'bedrock', genAi: 'aws.bedrock', only: BEDROCK },
  { host: 'amazonaws.com.cn', provider: 'bedrock', genAi: 'aws.bedrock', only: BEDROCK },
  { host: 'api.aws', provider: 'bedrock', genAi: 'aws.bedrock', only: BEDROCK },
  { host: 'openrouter.ai', provider: 'openrouter' },
  { host: 'together.xyz', provider: 'together' },
  { host: 'together.ai', provider: 'together' },
  { host: 'fireworks.ai', provider: 'fireworks' },
  { host: 'dashscope.aliyuncs.com', provider: 'alibaba' },
  { host: 'dashscope-intl.aliyuncs.com', provider: 'alibaba' },
  { host: 'z.ai', provider: 'zai' },
  { host: 'databricks.com', provider: 'databricks' },
];

/** `gen_ai.provider.name` of a label that the user gave. */
const GEN_AI: ReadonlyMap<string, string> = new Map(
  HOSTS.flatMap(({ provider, genAi }) => (genAi === undefined ? [] : [[provider, genAi] as const])).reverse(),
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
  if (provider !== undefined) return { provider, ...genAiName(GEN_AI.get(provider)) };
  const hostname = parseURL(baseURL)?.hostname ?? '';
  const known = HOSTS.find(({ host, only }) => `.${hostname}`.endsWith(`.${host}`) && only?.test(hostname) !== false);
  if (known !== undefined) return { provider: known.provider, ...genAiName(known.genAi) };
  return isAzure(client) ? { provider: 'azure', genAiProvider: 'azure.ai.openai' } : { provider: COMPATIBLE };
}

/** What `new OpenAI({ provider: bedrock() })` is for, wherever its base URL leads; since openai 7. */
function sdkProvider(client: object): string | undefined {
  const name = ownString(own(client, '_provider'), 'name');
  return name !== undefined && GEN_AI.has(name) ? name : undefined;
}

const genAiName = (name: string | undefined): Pick<Destination, 'genAiProvider'> =>
  name === undefined ? {} : { genAiProvider: name };

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
