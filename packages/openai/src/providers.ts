import { type Destination, own, parseURL } from '@grump/llm-otel-core';
import type { Attributes } from '@opentelemetry/api';

interface Host {
  /** The end of the host name; the label stands for every host below it. */
  readonly host: string;
  readonly provider: string;
  /** `gen_ai.provider.name`, where it is not the label with `_` for `-`. */
  readonly genAi?: string;
}

/** Servers known by the host of their base URL. GenAI names from the conventions' registry (2026-10) where it has one. */
const HOSTS: readonly Host[] = [
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
  { host: 'aiplatform.googleapis.com', provider: 'vertex', genAi: 'gcp.vertex_ai' },
  { host: 'amazonaws.com', provider: 'bedrock', genAi: 'aws.bedrock' },
  { host: 'openrouter.ai', provider: 'openrouter' },
  { host: 'together.xyz', provider: 'together' },
  { host: 'together.ai', provider: 'together' },
  { host: 'fireworks.ai', provider: 'fireworks' },
  { host: 'dashscope.aliyuncs.com', provider: 'alibaba' },
  { host: 'dashscope-intl.aliyuncs.com', provider: 'alibaba' },
  { host: 'z.ai', provider: 'zai' },
];

/** `gen_ai.provider.name` of a label that the user gave. */
const GEN_AI: ReadonlyMap<string, string> = new Map(
  HOSTS.flatMap(({ provider, genAi }) => (genAi === undefined ? [] : [[provider, genAi] as const])).reverse(),
);

/** Label of a server that is told by nothing. */
const COMPATIBLE = 'openai-compatible';
const NIM = 'nvidia-nim';

/** Attributes of spans of NIM calls. */
export const spanAttributes = ({ provider }: Pick<Destination, 'provider'>, model: string): Attributes =>
  provider === NIM ? { 'nvidia.nim.provider': provider, 'nvidia.nim.model': model } : {};

/** Reads the provider off the option, else the base URL, else the client's shape. */
export function destinationOf(client: object, provider: string | undefined): Destination {
  const url = own(client, 'baseURL');
  const baseURL = typeof url === 'string' ? url : undefined;
  if (provider !== undefined) return { baseURL, provider, ...genAiName(GEN_AI.get(provider)) };
  const hostname = parseURL(baseURL)?.hostname ?? '';
  const known = HOSTS.find(({ host }) => hostname === host || hostname.endsWith(`.${host}`));
  if (known !== undefined) return { baseURL, provider: known.provider, ...genAiName(known.genAi) };
  if (isAzure(client)) return { baseURL, provider: 'azure', genAiProvider: 'azure.ai.openai' };
  return { baseURL, provider: COMPATIBLE };
}

const genAiName = (name: string | undefined): Pick<Destination, 'genAiProvider'> =>
  name === undefined ? {} : { genAiProvider: name };

/** `AzureOpenAI` behind a gateway of another name: only it has an API version. */
const isAzure = (client: object): boolean =>
  typeof own(client, 'apiVersion') === 'string' && 'deploymentName' in client;
