import { Anthropic } from '@anthropic-ai/sdk';
import type { Contender } from '../contender.ts';
import { SILENT } from '../workload/anthropic/index.ts';
import { observeCreate } from '../workload/observe.ts';
import { measureWithSdk } from '../workload/references.ts';

const FACTS = {
  name: 'chat bench-1',
  start: {
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': 'anthropic',
    'gen_ai.request.model': 'bench-1',
    'server.address': 'localhost',
    'server.port': 443,
  },
  end: {
    'gen_ai.response.id': 'msg_1',
    'gen_ai.response.model': 'bench-1',
    'gen_ai.response.finish_reasons': ['end_turn'],
    'gen_ai.usage.input_tokens': 9,
    'gen_ai.usage.output_tokens': 1,
  },
};

export const contender: Contender = {
  client: 'anthropic',
  title: 'a bare SDK span and four histograms',
  kind: 'reference',
  note: 'what OpenTelemetry itself costs per call: fixed attributes and values, nothing is read or measured',
  async setUp() {
    const begin = measureWithSdk(FACTS);
    return (settings) => {
      const client = new Anthropic({ ...settings, ...SILENT });
      observeCreate(client.messages, begin);
      return client;
    };
  },
};
