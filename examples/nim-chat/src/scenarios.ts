import type { ChatRequest, Fault, Scenario } from '@grump/llm-otel-testing';
import { MODELS, type Range } from './models.ts';

/** What goes wrong on the n-th of every so many requests for a model. */
const FAULT_CYCLE = 22;
const FAULTS: Readonly<Record<number, Fault>> = {
  2: { kind: 'status', status: 429 },
  7: { kind: 'reset', afterChunks: 8 },
  14: { kind: 'status', status: 500 },
};

/** One request in so many waits in a queue first. */
const QUEUE_CYCLE = 13;
const QUEUE_MILLIS: Range = [500, 900];

const TOOL_CALL = { name: 'get_weather', arguments: '{"city":"Helsinki","unit":"celsius","days":3}' };

/** Makes the mock's side of the conversation: every model at its own pace, with a few faults and slow answers. */
export function createResponder(): (request: ChatRequest) => Scenario {
  const served = new Map<string, number>();
  return (request) => {
    const model = MODELS.find(({ id }) => id === request.model) ?? MODELS[0]!;
    const turn = served.get(model.id) ?? 0;
    served.set(model.id, turn + 1);
    const queued = turn % QUEUE_CYCLE === QUEUE_CYCLE - 1 ? between(QUEUE_MILLIS) : 0;
    const reasoningMillis = queued + between(model.firstTokenMillis);
    const interTokenMillis = between(model.interTokenMillis);
    const reasoningTokens = Math.round(between(model.reasoningTokens));
    const firstTokenMillis = reasoningMillis + reasoningTokens * interTokenMillis;
    const fault = FAULTS[turn % FAULT_CYCLE];
    return {
      schedule: { roleMillis: reasoningMillis / 2, reasoningMillis, firstTokenMillis, interTokenMillis },
      reasoningTokens,
      ...('tools' in request ? { tokens: 0, toolCalls: [TOOL_CALL] } : { tokens: Math.round(between(model.tokens)) }),
      ...(fault && { fault }),
    };
  };
}

const between = ([low, high]: Range): number => low + Math.random() * (high - low);
