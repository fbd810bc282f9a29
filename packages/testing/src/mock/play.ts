import { type Answer, answerOf } from './answer.ts';
import type { Exchange } from './exchange.ts';
import { errorBody, type Plan, planOf } from './faults.ts';
import { paceOf, replayFrames } from './frames.ts';
import type { Protocol } from './protocol.ts';
import type { ChatRequest, Scenario } from './scenario.ts';

/** Time for what was written to reach the client's side before a reset throws it away. */
const RESET_DELAY_MILLIS = 20;

/** One request to a model, and what is to come of it. */
export interface Turn {
  readonly exchange: Exchange;
  readonly protocol: Protocol;
  readonly scenario: Scenario;
  readonly request: ChatRequest;
  /** Among the requests to a model. */
  readonly index: number;
  /** Seconds since 1970. */
  readonly created: number;
}

/** Answers one request as the scenario says. */
export async function playTurn(turn: Turn): Promise<void> {
  const { exchange, protocol, scenario, request, index, created } = turn;
  const { replay, fault } = scenario;
  if (fault?.kind === 'hang' && fault.afterChunks === 'no-headers') return exchange.hang();
  const { idPrefix, toolPrefix } = protocol;
  const answer = answerOf(scenario, request, { id: `${idPrefix}${index}`, created, toolPrefix });
  const isStream = replay ? replay.stream : request.stream;
  return isStream ? playStream(turn, answer) : playPlain(turn, answer);
}

/** Answers with an error status. */
export async function playStatus(exchange: Exchange, status: number, retryAfterSeconds = 1): Promise<void> {
  const retry = status === 429 ? { 'retry-after': String(retryAfterSeconds) } : undefined;
  exchange.sendHeaders(status, { 'content-type': 'application/json', ...retry });
  exchange.write(JSON.stringify(errorBody(status)));
  exchange.end();
}

/** Answers with one JSON body. */
export function playJson(exchange: Exchange, body: unknown): void {
  exchange.sendHeaders(200, { 'content-type': 'application/json' });
  exchange.write(JSON.stringify(body));
  exchange.end();
}

/** The body comes when the last token would; what happens after its first chunk happens before it. */
async function playPlain({ exchange, protocol, scenario }: Turn, answer: Answer): Promise<void> {
  const { replay, schedule, fault } = scenario;
  await exchange.at(paceOf(schedule).headersMillis);
  exchange.sendHeaders(replay?.httpStatus ?? 200, {
    ...headersOf(exchange, 'application/json'),
    ...replay?.responseHeaders,
  });
  if (fault?.kind === 'hang') return exchange.hang();
  await exchange.at(protocol.frames(answer, schedule, false).at(-1)?.atMillis ?? 0);
  if (fault?.kind === 'reset') return exchange.reset();
  exchange.write(replay?.body ?? JSON.stringify(scenario.json ?? protocol.body(answer)));
  exchange.end();
}

async function playStream({ exchange, protocol, scenario, request }: Turn, answer: Answer): Promise<void> {
  const { replay, schedule, usage } = scenario;
  const withUsage = usage === 'always' || request.stream_options?.include_usage === true;
  const built = replay ? replayFrames(replay.body, schedule) : protocol.frames(answer, schedule, withUsage);
  await playFrames(exchange, scenario, planOf(built, scenario.fault, protocol.lacking(answer)));
}

/** Answers with a stream of these frames. */
export async function playFrames(exchange: Exchange, { replay, schedule }: Scenario, plan: Plan): Promise<void> {
  const { frames, ending } = plan;
  await exchange.at(paceOf(schedule).headersMillis);
  exchange.sendHeaders(replay?.httpStatus ?? 200, {
    ...headersOf(exchange, 'text/event-stream'),
    ...replay?.responseHeaders,
  });
  for (const { atMillis, data } of frames) {
    await exchange.at(atMillis);
    exchange.write(data);
  }
  if (ending === 'hang') return exchange.hang();
  if (ending === 'end') return exchange.end();
  await exchange.at(performance.now() - exchange.log.receivedAt + RESET_DELAY_MILLIS);
  exchange.reset();
}

function headersOf({ log }: Exchange, contentType: string): Record<string, string> {
  const requestId = log.headers['x-request-id'];
  const id = typeof requestId === 'string' ? requestId : 'req-mock';
  // Anthropic's name of it is the second.
  return { 'content-type': contentType, 'x-request-id': id, 'request-id': id };
}
