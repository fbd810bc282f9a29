import { loadTraffic, type TrafficApi, type TrafficCase } from '@grump/llm-otel-testing';
import { describe, expect, it } from 'vitest';
import { type Create, measureTraffic } from './measure-traffic';

// As traffic.test.ts for chat: what is measured of Responses and text completions is the truth beside each recording.

type Plain = Readonly<Record<string, unknown>>;

const filled = (value: unknown): boolean => typeof value === 'string' && value.length > 0;

/** Events of a recorded stream, up to one that is broken: a line splitter and a JSON parser, none of our code. */
function* eventsOf({ body }: TrafficCase): Generator<Plain> {
  const lines = body.split(/\r?\n/).filter((line) => line.startsWith('data:') && !line.includes('[DONE]'));
  try {
    for (const line of lines) yield JSON.parse(line.slice(5));
  } catch {}
}

/** The first token of a plain reading. An item that came in no pieces counts whole. */
const FIRST_TOKEN: Readonly<Record<string, (event: Plain) => string | undefined>> = {
  completions: ({ choices }) =>
    (choices as Plain[] | undefined)?.some(({ text }) => filled(text)) ? 'output' : undefined,
  responses({ type, delta, item }) {
    if (filled(delta)) return String(type).includes('reasoning') ? 'reasoning' : 'output';
    const whole = type === 'response.output_item.done' && filled((item as Plain).arguments);
    return whole ? 'output' : undefined;
  },
};

function firstTokenOf(recorded: TrafficCase, api: TrafficApi): string | undefined {
  for (const event of eventsOf(recorded)) {
    const kind = FIRST_TOKEN[api]!(event);
    if (kind !== undefined) return kind;
  }
  return undefined;
}

/** Responses have a status in place of a reason. */
function reasonsOf({ truth, rawSdk }: TrafficCase, api: TrafficApi): readonly unknown[] | undefined {
  if (rawSdk.throws !== undefined) return undefined;
  if (api === 'completions') return truth.choices?.map(({ finishReason }) => finishReason);
  const { status, incompleteReason, toolCalls = [], outputTypes = [] } = truth as Plain & typeof truth;
  if (status === null || status === undefined || /^(queued|in_progress)$/.test(status)) return undefined;
  if (status === 'failed') return ['error'];
  if (incompleteReason) return [incompleteReason];
  const last = outputTypes.filter((type) => !/^(message|reasoning)$/.test(type)).at(-1) ?? '';
  const waits =
    (toolCalls as unknown[]).length > 0 ||
    /^(computer|local_shell|shell|apply_patch|tool_search)_call$|approval/.test(last);
  return [waits ? 'tool_call' : 'stop'];
}

/** What the truth beside a recording says should be measured. */
function expected(recorded: TrafficCase, api: TrafficApi) {
  const { truth, rawSdk, stream, httpStatus } = recorded;
  const failed = rawSdk.throws !== undefined || truth.status === 'failed';
  const deferred = truth.status === 'queued';
  return {
    outcome: failed ? 'error' : 'ok',
    error: failed ? (httpStatus >= 400 ? String(httpStatus) : expect.any(String)) : undefined,
    id: truth.responseId ?? undefined,
    model: truth.model ?? undefined,
    reasons: reasonsOf(recorded, api),
    tools: ((truth as { toolCalls?: unknown[] }).toolCalls ?? []).length,
    firstToken: stream ? firstTokenOf(recorded, api) : undefined,
    input: truth.usage?.input ?? 0,
    output: truth.usage?.output ?? 0,
    cacheRead: truth.usage?.cachedInput ?? 0,
    cacheWrite: truth.usage?.cacheWriteInput ?? 0,
    reasoning: truth.usage?.reasoningOutput ?? 0,
    missing: !truth.usage && !failed && !deferred ? 1 : 0,
  };
}

const CREATE: Readonly<Record<string, Create>> = {
  responses: (client, request) => client.responses.create(request),
  'responses.retrieve': (client, request) => client.responses.retrieve('resp_1', request),
  completions: (client, request) => client.completions.create(request),
};

/** Tokens of a response that another process created are not counted when it is fetched. */
const UNCOUNTED = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, reasoning: 0, missing: 0 };
const isFetch = ({ api }: TrafficCase): boolean => api === 'responses.retrieve';

describe.each<TrafficApi>(['responses', 'completions'])('what is measured of recorded %s is its truth', (api) => {
  it.each(loadTraffic(undefined, api).map((recorded) => [`${recorded.provider}/${recorded.name}`, recorded] as const))(
    '%s',
    async (_, recorded) => {
      expect(await measureTraffic(recorded, CREATE[recorded.api]!)).toEqual({
        ...expected(recorded, api),
        ...(isFetch(recorded) && UNCOUNTED),
      });
    },
  );
});
