import { diag } from '@opentelemetry/api';

/** Looks every `minutes`, the first time when they have passed, and says each problem once. 0 looks never. */
export function startWatchman(minutes: number, find: () => readonly string[]): () => void {
  if (minutes === 0) return () => {};
  const told = new Set<string>();
  const look = () => {
    const fresh = find().filter((problem) => !told.has(problem));
    for (const problem of fresh) {
      told.add(problem);
      diag.warn(problem);
    }
  };
  const timer = setInterval(look, minutes * 60_000);
  timer.unref();
  return () => clearInterval(timer);
}
