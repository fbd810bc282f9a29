import { OpenAI } from 'openai';
import type { Contender } from '../contender.ts';

type Step = IteratorResult<unknown>;
type Iterable = { iterator(): AsyncIterator<unknown> };

const seen = { chunks: 0 };
const onStep = (step: Step): void => {
  if (!step.done) seen.chunks += 1;
};
const onError = (): void => {};

/** Hands back the source's own promise and looks at it on the side. */
class Observed implements AsyncIterableIterator<unknown> {
  readonly source: AsyncIterator<unknown>;

  constructor(source: AsyncIterator<unknown>) {
    this.source = source;
  }

  next(): Promise<Step> {
    const step = this.source.next();
    step.then(onStep, onError);
    return step;
  }

  return(value?: unknown): Promise<Step> {
    return this.source.return!(value);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}

function observe(client: OpenAI): OpenAI {
  const { completions } = client.chat;
  const create = completions.create.bind(completions) as (...args: unknown[]) => Promise<unknown>;
  const observed = async (...args: unknown[]): Promise<unknown> => {
    const answer = (await create(...args)) as Iterable;
    const { iterator } = answer;
    if (iterator !== undefined) answer.iterator = () => new Observed(iterator.call(answer));
    return answer;
  };
  Object.assign(completions, { create: observed });
  return client;
}

export const contender: Contender = {
  title: 'cheapest possible observer',
  kind: 'reference',
  note: 'sees each chunk and measures nothing',
  setUp: async () => (options) => observe(new OpenAI(options)),
};
