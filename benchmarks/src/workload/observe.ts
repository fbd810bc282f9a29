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

/** Runs a call, and says who sees it. */
export type Begin = (call: () => Promise<unknown>) => {
  readonly answer: Promise<unknown>;
  readonly observer: Observer;
};

interface Resource {
  create(...args: unknown[]): Promise<unknown>;
}

/** Watches `create` of a client's resource in the cheapest way there is. */
export function observeCreate(resource: object, begin: Begin): void {
  const create = (resource as Resource).create.bind(resource);
  const observed = async (...args: unknown[]): Promise<unknown> => {
    const { answer, observer } = begin(() => create(...args));
    const value = (await answer) as { iterator?: () => Source };
    const { iterator } = value;
    if (iterator === undefined) observer({ done: true, value });
    else value.iterator = () => new Observed(iterator.call(value), observer);
    return value;
  };
  Object.assign(resource, { create: observed });
}
