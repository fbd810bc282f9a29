import { type ChatRequest, type Scenario, startMockNim } from '@grump/llm-otel-testing';

/** The Messages API to talk to. */
export interface Server {
  readonly baseURL: string;
  readonly apiKey: string | undefined;
  close(): Promise<void>;
}

const SCHEDULE = { roleMillis: 20, reasoningMillis: 60, interTokenMillis: 8 };
const TOOL_CALL = { name: 'get_weather', arguments: '{"city":"Oslo"}' };

/** Uses the service that `ANTHROPIC_BASE_URL` names, else starts a mock of it. */
export async function openServer(): Promise<Server> {
  const { ANTHROPIC_BASE_URL: baseURL, ANTHROPIC_API_KEY: apiKey } = process.env;
  if (baseURL) return { baseURL, apiKey, close: async () => undefined };
  const mock = await startMockNim({ respond: answer });
  return { baseURL: new URL(mock.baseURL).origin, apiKey: 'none', close: mock.close };
}

/** Calls a tool that it is offered, and sums up what that said; else thinks, and answers at length. */
function answer(request: ChatRequest): Scenario {
  if (JSON.stringify(request.messages).includes('"tool_result"')) return { schedule: SCHEDULE, tokens: 12 };
  if ('tools' in request) return { schedule: SCHEDULE, tokens: 0, toolCalls: [TOOL_CALL] };
  return { schedule: { ...SCHEDULE, firstTokenMillis: 140 }, reasoningTokens: 8, tokens: 40 };
}
