import { AzureOpenAI, OpenAI } from 'openai';
import { describe, expect, it } from 'vitest';
import { useTelemetry } from '../../core/test/measure';
import { wrapNIM } from '../src/index';
import { destinationOf } from '../src/providers';

const fetch = async () => new Response('no', { status: 500 });
const client = (baseURL: string) => new OpenAI({ apiKey: 'none', baseURL, maxRetries: 0, fetch });

describe('the provider of a client', () => {
  it.each([
    ['https://integrate.api.nvidia.com/v1', 'nvidia-nim', undefined],
    ['https://ai.api.nvidia.com/v1/vlm/nvidia/vila', 'nvidia-nim', undefined],
    ['https://api.openai.com/v1', 'openai', undefined],
    ['https://eu.api.openai.com/v1', 'openai', undefined],
    ['https://my-resource.openai.azure.com/openai', 'azure', 'azure.ai.openai'],
    ['https://api.groq.com/openai/v1', 'groq', undefined],
    ['https://api.mistral.ai/v1', 'mistral', 'mistral_ai'],
    ['https://api.x.ai/v1', 'xai', 'x_ai'],
    ['https://api.deepseek.com', 'deepseek', undefined],
    ['https://openrouter.ai/api/v1', 'openrouter', undefined],
    ['https://generativelanguage.googleapis.com/v1beta/openai/', 'gemini', 'gcp.gemini'],
    ['https://us-central1-aiplatform.googleapis.com/v1/projects/p/locations/l', 'vertex', 'gcp.vertex_ai'],
    ['https://aiplatform.googleapis.com/v1', 'vertex', 'gcp.vertex_ai'],
    ['https://bedrock-runtime.us-east-1.amazonaws.com/openai/v1', 'bedrock', 'aws.bedrock'],
    ['https://bedrock-mantle.us-east-1.api.aws/openai/v1', 'bedrock', 'aws.bedrock'],
    ['https://europe-west4-aiplatform.googleapis.com/v1', 'vertex', 'gcp.vertex_ai'],
    ['https://aiplatform.eu.rep.googleapis.com/v1', 'vertex', 'gcp.vertex_ai'],
    ['https://dashscope-intl.aliyuncs.com/compatible-mode/v1', 'alibaba', undefined],
    ['https://dashscope.aliyuncs.com/compatible-mode/v1', 'alibaba', undefined],
    ['https://oss-cn-hangzhou.aliyuncs.com/v1', 'openai-compatible', undefined],
    ['https://storage.googleapis.com/v1', 'openai-compatible', undefined],
    ['https://bedrock-runtime-fips.us-gov-west-1.amazonaws.com/openai/v1', 'bedrock', 'aws.bedrock'],
    ['https://vpce-1.bedrock-runtime.us-east-1.vpce.amazonaws.com/openai/v1', 'bedrock', 'aws.bedrock'],
    ['https://bedrock-runtime.cn-north-1.amazonaws.com.cn/openai/v1', 'bedrock', 'aws.bedrock'],
    ['https://runtime.sagemaker.us-east-1.amazonaws.com/v1', 'openai-compatible', undefined],
    ['http://my-vllm-1.us-east-1.elb.amazonaws.com/v1', 'openai-compatible', undefined],
    ['http://ec2-1-2-3-4.compute-1.amazonaws.com:8000/v1', 'openai-compatible', undefined],
    ['http://localhost:8000/v1', 'openai-compatible', undefined],
    ['https://notopenai.com/v1', 'openai-compatible', undefined],
    ['https://openai.com.evil.example/v1', 'openai-compatible', undefined],
  ])('at %s is %s', (baseURL, provider, genAiProvider) => {
    expect(destinationOf(client(baseURL), undefined)).toEqual({
      baseURL,
      provider,
      ...(genAiProvider === undefined ? {} : { genAiProvider }),
    });
  });

  it('is the option, for a NIM container', () => {
    expect(destinationOf(client('http://localhost:8000/v1'), 'nvidia-nim').provider).toBe('nvidia-nim');
  });

  it('keeps its GenAI name when it is given as an option', () => {
    expect(destinationOf(client('http://localhost:8000/v1'), 'azure')).toMatchObject({
      genAiProvider: 'azure.ai.openai',
    });
  });

  it('is azure for an AzureOpenAI client behind a gateway', () => {
    const azure = new AzureOpenAI({
      apiKey: 'none',
      apiVersion: '2024-10-21',
      baseURL: 'https://gateway.example/openai',
    });
    expect(destinationOf(azure, undefined).provider).toBe('azure');
  });
});

describe('wrapNIM', () => {
  it('is wrapOpenAI with the provider fixed, whatever the URL', async () => {
    const { spans, total, ...telemetry } = useTelemetry();
    const nim = client('http://localhost:8000/v1');
    expect(wrapNIM(nim, { ...telemetry, includeUsage: true })).toBe(nim);
    await nim.chat.completions.create({ model: 'm', messages: [] }).catch(() => undefined);
    expect(spans()).toMatchObject([
      {
        attributes: {
          'gen_ai.provider.name': 'nvidia_nim',
          'nvidia.nim.provider': 'nvidia-nim',
          'nvidia.nim.model': 'm',
        },
      },
    ]);
    expect(await total('llm_requests_total', { provider: 'nvidia-nim' })).toBe(1);
  });

  it('refuses what is no client', () => {
    expect(() => wrapNIM(undefined as unknown as object)).toThrow(TypeError);
  });
});
