import { OpenAI } from 'openai';
import type { Contender } from '../contender.ts';
import { observeCreate } from '../workload/observe.ts';
import { measureWithSdk } from '../workload/references.ts';

const FACTS = {
  name: 'chat bench-1',
  start: {
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': 'openai',
    'gen_ai.request.model': 'bench-1',
    'server.address': 'localhost',
    'server.port': 443,
  },
  end: {
    'gen_ai.response.id': 'chatcmpl-1',
    'gen_ai.response.model': 'bench-1',
    'gen_ai.response.finish_reasons': ['stop'],
    'gen_ai.usage.input_tokens': 9,
    'gen_ai.usage.output_tokens': 1,
  },
};

export const contender: Contender = {
  title: 'a bare SDK span and four histograms',
  kind: 'reference',
  note: 'what OpenTelemetry itself costs per call: fixed attributes and values, nothing is read or measured',
  async setUp() {
    const begin = measureWithSdk(FACTS);
    return (settings) => {
      const client = new OpenAI(settings);
      observeCreate(client.chat.completions, begin);
      return client;
    };
  },
};
