import type { Call } from '../call';
import type { CallContent } from '../call-hooks';
import { quietly, warnFault } from '../guard';
import type { Watch } from '../watch';
import type { StartContent } from './capture';
import { variable } from './variable';

/** A method and what it was given. */
type Step = [name: string, values: unknown[]];

/** What a call may do, and how many may begin, before the module is there; what is more goes without content. */
const MOST = 1000;

/** Nothing needs to be loaded for these. */
const NONE = /^(|off|no_content|false)$/i;

/** How the content of a client's calls is captured, where it is. */
const starts = new WeakMap<Watch, StartContent | undefined>();
/** Somebody asked for content, so that a look-up is worth it. */
let isAsked = false;

/** Loads what captures content, or estimates tokens from it, if the user asked for it. */
export function loadContent(watch: Watch): void {
  const { content = variable() ?? '', estimateTokens } = watch.options;
  if (!estimateTokens && typeof content === 'string' && NONE.test(content)) return;
  const loading = (estimateTokens ? import('../estimate/estimate') : import('./capture'))
    .then((module) => module.prepareContent(watch))
    .catch((fault) => {
      warnFault('loading content capture', fault);
      return undefined;
    });
  let calls = 0;
  isAsked = true;
  starts.set(watch, (call, request) => (++calls > MOST ? undefined : waitFor(loading, call, request)));
  loading.then((start) => starts.set(watch, start));
}

/** What collects the content of `call`; `undefined` where none is wanted. */
export function contentOf(call: Call, request: unknown): CallContent<Call> | undefined {
  const start = isAsked ? starts.get(call.watch) : undefined;
  return start && quietly('content', () => start(call, request));
}

/**
 * Notes what happens to a call until the module is there, and then lets it happen. The span waits with it, since content
 * can't be added to one that has ended; its times are given when it ends, so that they stay what they are.
 */
function waitFor(loading: Promise<StartContent | undefined>, call: Call, request: unknown): CallContent<Call> {
  const { span } = call;
  const said: Step[] = [];
  const traced: Step[] = [];
  call.span = span && standIn(['isRecording', 'setAttribute', 'setStatus', 'addEvent', 'end'], traced);
  loading.then((start) => {
    call.span = span;
    call.content = said.length > MOST ? undefined : quietly('content', () => start?.(call, request));
    replay(said, call.content);
    replay(traced, span);
  });
  return standIn(['sent', 'chunk', 'result', 'ended'], said);
}

function standIn<Target>(names: readonly string[], steps: Step[]): Target {
  const take = (name: string) => [name, (...values: unknown[]) => steps.length > MOST || steps.push([name, values])];
  return Object.fromEntries(names.map(take));
}

function replay(steps: readonly Step[], target: unknown): void {
  const methods = target as Record<string, (...values: unknown[]) => unknown> | undefined;
  quietly('content', () => {
    for (const [name, values] of steps) methods?.[name]?.(...values);
  });
}
