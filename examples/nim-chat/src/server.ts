import { startMockNim } from '@grump/llm-otel-testing';
import OpenAI from 'openai';
import { MODELS } from './models.ts';
import { createResponder } from './scenarios.ts';
import { SetupError } from './setup-error.ts';

/** A NIM to talk to. */
export interface Server {
  readonly isMock: boolean;
  readonly baseURL: string;
  readonly apiKey: string;
  readonly models: readonly string[];
  close(): Promise<void>;
}

const DEFAULT_MODEL = 'meta/llama-3.1-8b-instruct';

/** Starts the mock, or looks up the NIM that `NIM_BASE_URL` names. */
export async function openServer(model: string | undefined): Promise<Server> {
  const { NIM_BASE_URL: baseURL, NVIDIA_API_KEY: apiKey } = process.env;
  return baseURL ? findNim(baseURL, apiKey, model) : startMock(model);
}

async function startMock(model: string | undefined): Promise<Server> {
  const models = model === undefined ? MODELS.map(({ id }) => id) : [model];
  const { baseURL, close } = await startMockNim({ respond: createResponder(), models });
  return { isMock: true, baseURL, apiKey: 'none', models, close };
}

async function findNim(baseURL: string, apiKey: string | undefined, model: string | undefined): Promise<Server> {
  const host = URL.parse(baseURL)?.hostname;
  if (host === undefined) throw new SetupError(`NIM_BASE_URL is '${baseURL}', which is no URL.`);
  if (!apiKey && host.endsWith('.nvidia.com')) {
    throw new SetupError(`${host} needs a key: set NVIDIA_API_KEY to one from https://build.nvidia.com.`);
  }
  // A NIM of one's own takes any key.
  const server = { isMock: false, baseURL, apiKey: apiKey || 'none', close: async () => undefined };
  const served = await listModels(server);
  const models = model ?? (served.includes(DEFAULT_MODEL) ? DEFAULT_MODEL : served[0]);
  if (models === undefined) throw new SetupError(`${baseURL} lists no model: name one with --model.`);
  return { ...server, models: [models] };
}

async function listModels({ baseURL, apiKey }: Pick<Server, 'baseURL' | 'apiKey'>): Promise<string[]> {
  try {
    const { data } = await new OpenAI({ baseURL, apiKey, maxRetries: 0, timeout: 10_000 }).models.list();
    return data.map(({ id }) => id);
  } catch (error) {
    const { message, cause } = error as Error;
    const reason = (cause as { cause?: Error } | undefined)?.cause?.message ?? message;
    throw new SetupError(`${baseURL}/models can't be read: ${reason}`);
  }
}
