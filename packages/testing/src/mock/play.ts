import { type Answer, answerOf, type Identity } from './answer.ts';
import { completionOf } from './completion.ts';
import type { Exchange } from './exchange.ts';
import { errorBody, planOf } from './faults.ts';
import { framesOf, paceOf, replayFrames } from './frames.ts';
import type { ChatRequest, Scenario } from './scenario.ts';

/** Time for what was written to reach the client's side before a reset throws it away. */
const RESET_DELAY_MILLIS = 20;

/** Answers one chat request as the scenario says. */
export async function playChat(
  exchange: Exchange,
  scenario: Scenario,
  request: ChatRequest,
  identity: Identity,
): Promise<void> {
  const { replay, fault } = scenario;
  if (fault?.kind === 'hang' && fault.afterChunks === 'no-headers') return exchange.hang();
  const answer = answerOf(scenario, request, identity);
  if (replay ? replay.stream : request.stream) return playStream(exchange, scenario, answer, request);
  return playPlain(exchange, scenario, answer);
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
async function playPlain(exchange: Exchange, scenario: Scenario, answer: Answer): Promise<void> {
  const { replay, schedule, fault } = scenario;
  await exchange.at(paceOf(schedule).headersMillis);
  exchange.sendHeaders(replay?.httpStatus ?? 200, {
    ...headersOf(exchange, 'application/json'),
    ...replay?.responseHeaders,
  });
  if (fault?.kind === 'hang') return exchange.hang();
  await exchange.at(framesOf(answer, schedule, false).at(-1)?.atMillis ?? 0);
  if (fault?.kind === 'reset') return exchange.reset();
  exchange.write(replay?.body ?? JSON.stringify(scenario.json ?? completionOf(answer)));
  exchange.end();
}

async function playStream(exchange: Exchange, scenario: Scenario, answer: Answer, request: ChatRequest): Promise<void> {
  const { replay, schedule, usage, fault } = scenario;
  const withUsage = usage === 'always' || request.stream_options?.include_usage === true;
  const built = replay ? replayFrames(replay.body, schedule) : framesOf(answer, schedule, withUsage);
  const { frames, ending } = planOf(built, fault, answer);
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
  return { 'content-type': contentType, 'x-request-id': typeof requestId === 'string' ? requestId : 'req-mock' };
}
