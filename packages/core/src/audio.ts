import type { Call } from './call';
import type { ReadCall } from './call-hooks';
import { toSeconds } from './clock';
import { quietly } from './guard';
import { shared } from './pipeline';
import { seriesOf } from './recorder';

/** Records that the last piece of `reading`, which is a call, was the first with audio in it. */
export function recordFirstAudio(reading: ReadCall): void {
  const call = reading as Call;
  const { pipeline } = call.watch;
  const seconds = toSeconds(call.lastActivity);
  quietly('first audio', () => {
    const { labels } = seriesOf(call, pipeline);
    pipeline.bind('timeToFirstAudio', labels).record(seconds, labels, call.context);
    if (call.span !== undefined) shared().exemplars?.of(call.context)?.take('timeToFirstAudio', seconds, labels);
  });
}
