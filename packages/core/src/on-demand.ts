import { warnFault } from './guard';

type Work<Args extends readonly unknown[]> = (...args: Args) => void;

/** Work that few calls need, whose code is loaded when first wanted. From then on it is done at once. */
export interface OnDemand<Args extends readonly unknown[]> {
  /** Does the work, or does it as soon as it can be done. */
  readonly run: Work<Args>;
  /** Loads the code ahead of time. */
  readonly load: () => Promise<void>;
}

/** @param otherwise done instead where the code can't be loaded */
export function onDemand<Args extends readonly unknown[]>(
  part: string,
  load: () => Promise<Work<Args>>,
  otherwise?: Work<Args>,
): OnDemand<Args> {
  let work: Work<Args> | undefined;
  let loading: Promise<void> | undefined;
  const guarded: Work<Args> = (...args) => {
    try {
      work?.(...args);
    } catch (fault) {
      warnFault(part, fault);
    }
  };
  const start = (): Promise<void> => {
    loading ??= load().then(
      (loaded) => {
        work = loaded;
      },
      (fault) => {
        work = otherwise;
        warnFault(part, fault);
      },
    );
    return loading;
  };
  return {
    load: start,
    run: (...args) => {
      if (work !== undefined) guarded(...args);
      else start().then(() => guarded(...args));
    },
  };
}
