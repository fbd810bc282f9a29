import { type Answer, answerOf } from './answer.ts';
import type { Exchange } from './exchange.ts';
import { playFrames, playJson, playStatus, type Turn } from './play.ts';
import { pendingOf, RESPONSES, responseOf } from './responses.ts';

/** A response that was asked for in the background. */
interface Job {
  readonly turn: Turn;
  readonly answer: Answer;
  fetches: number;
}

/** The responses that the server works on, by id. */
export class Background {
  #jobs = new Map<string, Job>();

  /** Notes what a turn asks for, if it is to be made in the background. */
  note(turn: Turn): void {
    const { request, scenario, protocol, index, created } = turn;
    if (protocol !== RESPONSES || !request.background) return;
    const { idPrefix, toolPrefix } = protocol;
    const answer = answerOf(scenario, request, { id: `${idPrefix}${index}`, created, toolPrefix });
    this.#jobs.set(answer.id, { turn, answer, fetches: 0 });
  }

  /** Answers `GET /v1/responses/{id}`, streamed if the query says so. */
  async play(exchange: Exchange, path: string): Promise<void> {
    const { pathname, searchParams } = new URL(path, 'http://localhost');
    const job = this.#jobs.get(pathname.split('/').at(-1) ?? '');
    if (job === undefined) return playStatus(exchange, 404);
    const { scenario } = job.turn;
    if (searchParams.get('stream') === 'true') {
      const from = Number(searchParams.get('starting_after') ?? -1) + 1;
      const frames = RESPONSES.frames(job.answer, scenario.schedule, true).slice(from);
      return playFrames(exchange, scenario, { frames, ending: 'end' });
    }
    const isReady = job.fetches++ >= (scenario.fetchesUntilReady ?? 1);
    playJson(exchange, isReady ? responseOf(job.answer) : pendingOf(job.answer, 'in_progress'));
  }
}
