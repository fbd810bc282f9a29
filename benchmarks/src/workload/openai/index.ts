import type { OpenAIModule } from '../../contender.ts';
import type { Workload } from '../workload.ts';
import { COMPLETION, ONE_CHUNK, sseEvents } from './sse.ts';

export const workload: Workload = {
  package: 'openai',
  settings: { apiKey: 'test', baseURL: 'https://integrate.api.nvidia.com/v1', maxRetries: 0 },
  answers: { events: sseEvents, oneChunk: ONE_CHUNK, plain: COMPLETION },
  sliceChunks: 600,
  createBare: (copy) => {
    const { OpenAI } = copy as OpenAIModule;
    return (settings) => new OpenAI(settings);
  },
};
