import { type Context, context } from '@opentelemetry/api';
import { warnFault } from './guard';

/** Runs the caller's code in a context: exactly once, whatever the context manager does, and as if it had been called. */
export function runInContext<Returned>(inside: Context, run: () => Returned): Returned {
  let done = false;
  let threw = false;
  let value: unknown;
  const once = () => {
    if (done) return;
    done = true;
    try {
      value = run();
    } catch (error) {
      threw = true;
      value = error;
    }
  };
  try {
    context.with(inside, once);
  } catch (fault) {
    warnFault('the context', fault);
  }
  once();
  if (threw) throw value;
  return value as Returned;
}
