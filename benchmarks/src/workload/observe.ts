import type { OpenAI } from 'openai';

type Step = IteratorResult<unknown>;
type Source = AsyncIterator<unknown>;

/** Hands back the source's own promise and looks at it on the side. */
class Observed implements AsyncIterableIterator<unknown> {
  readonly source: Source;
  readonly onStep: (step: Step) => void;

  constructor(source: Source, onStep: (step: Step) => void) {
    this.source = source;
    this.onStep = onStep;
  }

  next(): Promise<Step> {
    const step = this.source.next();
    step.then(this.onStep, onError);
    return step;
  }

  return(value?: unknown): Promise<Step> {
    return this.source.return!(value);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}

const onError = (): void => {};

/** What sees one call: its steps, or only an end where the answer is no stream. */
export type Observer = (step: Step) => void;

/** Watches chat completions of `client` in the cheapest way there is; `begin` runs the call and says who sees it. */
export function observeChat(
  client: OpenAI,
  begin: (call: () => Promise<unknown>) => { readonly answer: Promise<unknown>; readonly observer: Observer },
): OpenAI {
  const { completions } = client.chat;
  const create = completions.create.bind(completions) as (...args: unknown[]) => Promise<unknown>;
  const observed = async (...args: unknown[]): Promise<unknown> => {
    const { answer, observer } = begin(() => create(...args));
    const value = (await answer) as { iterator?: () => Source };
    const { iterator } = value;
    if (iterator === undefined) observer({ done: true, value });
    else value.iterator = () => new Observed(iterator.call(value), observer);
    return value;
  };
  Object.assign(completions, { create: observed });
  return client;
}
