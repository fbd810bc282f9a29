import type { AnthropicModule } from '../../contender.ts';
import type { Workload } from '../workload.ts';
import { MESSAGE, ONE_CHUNK, sseEvents } from './sse.ts';

export const workload: Workload = {
  package: '@anthropic-ai/sdk',
  settings: { apiKey: 'test', baseURL: 'https://api.anthropic.com', maxRetries: 0 },
  answers: { events: sseEvents, oneChunk: ONE_CHUNK, plain: MESSAGE },
  sliceChunks: 1800,
  createBare: (copy) => {
    const { Anthropic } = copy as AnthropicModule;
    return (settings) => new Anthropic({ ...settings, ...SILENT });
  },
};

/** Without the spans that the SDK makes itself. */
export const SILENT = { openTelemetry: false } as const;
