import type { Span, TimeInput } from '@opentelemetry/api';

declare const setTimeout: (callback: () => void, millis: number) => unknown;

/**
 * A span that the SDK and we both write on, and both end: it ends when both have, at the time that we gave. The SDK ends
 * its part in the same turn as we do ours; where it is later, it won't come, as for a stream that nobody reads.
 */
export function shareEnd(span: Span): Span {
  const { end } = span;
  let at: TimeInput | undefined;
  let isOurs = false;
  let isTheirs = false;
  let isOver = false;
  const finish = (): void => {
    if (isOver) return;
    isOver = true;
    end.call(span, at);
  };
  // Only we give a time.
  span.end = (time) => {
    if (time === undefined) isTheirs = true;
    else {
      at = time;
      isOurs = true;
      if (!isTheirs) setTimeout(finish, 0);
    }
    if (isOurs && isTheirs) finish();
  };
  return span;
}
