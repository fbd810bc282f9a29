import type OpenAI from 'openai';
import { pause } from './pause.ts';
import { type Ask, abort, leave, plain, stream, withTool } from './requests.ts';

const PROMPTS: readonly string[] = [
  'What is a token?',
  'Why does the first token take longer than the ones after it?',
  'Explain continuous batching to somebody who has run a restaurant kitchen.',
  'Write a haiku about a graphics card that is waiting for work.',
  'A train leaves Oslo at 08:10 at 96 km/h, another leaves Bergen, 496 km away, at 08:40 at 104 km/h. When do they meet?',
  'Summarise in three sentences: a server that has more requests than room keeps some of them in a queue, and the time they spend there is part of what their callers wait for, though no counter of generated tokens ever shows it.',
];

/** Mostly streams, as chats are. */
const MIX: readonly Ask[] = [stream, stream, plain, stream, leave, stream, withTool, stream, abort, stream];
/** For a real server: not every one of them knows tools. */
const MIX_WITHOUT_TOOLS: readonly Ask[] = MIX.filter((ask) => ask !== withTool);

/** Apart from each other by this, so that requests do not start in step. */
const STAGGER_MILLIS = 90;

export interface TrafficOptions {
  readonly client: OpenAI;
  readonly models: readonly string[];
  /** Requests at a time, per model. */
  readonly concurrency: number;
  /** Between two requests of the same worker. */
  readonly pauseMillis: number;
  readonly withTools: boolean;
  /** No further requests once this is aborted. */
  readonly until: AbortSignal;
  /** Drops the requests in flight as well. */
  readonly signal: AbortSignal;
}

/** Resolves when every request has ended, with the error of the last one that failed. */
export async function driveTraffic(options: TrafficOptions): Promise<Error | undefined> {
  const { models, concurrency } = options;
  const workers = models.flatMap((model) => Array.from({ length: concurrency }, () => model));
  const faults = await Promise.all(workers.map((model, index) => work(options, model, index)));
  return faults.findLast((fault) => fault !== undefined);
}

async function work(options: TrafficOptions, model: string, index: number): Promise<Error | undefined> {
  const { client, pauseMillis, until, signal, withTools } = options;
  const mix = withTools ? MIX : MIX_WITHOUT_TOOLS;
  let fault: Error | undefined;
  await pause(index * STAGGER_MILLIS, until);
  for (let turn = index; !until.aborted; turn++) {
    const ask = mix[turn % mix.length] ?? stream;
    const prompt = PROMPTS[turn % PROMPTS.length] ?? '';
    await ask({ client, model, prompt, signal }).catch((error: Error) => {
      fault = error;
    });
    await pause(pauseMillis, until);
  }
  return fault;
}
