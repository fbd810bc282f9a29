import type { Span } from '@opentelemetry/api';
import type { Call } from '../call';
import type { CallContent as Content } from '../call-hooks';

import { quietly, warnFault } from '../guard';
import type { Watch } from '../watch';
import type { Capturing, ContentStep } from './capture';
import { variable } from './variable';

type StartContent = (call: Call, request: unknown) => Content<Call> | undefined;

/** What a call may do, and how many may begin, before the module is there; what is more goes without content. */
const MOST_STEPS = 1000;

/** How the content of a client's calls is captured, where it is. */
const starts = new WeakMap<Watch, StartContent | undefined>();

/** Loads what captures content, if the user asked for it. */
export function loadContent(watch: Watch): void {
  const { content = variable() } = watch.options;
  if (content === undefined || content === 'off') return;
  const loading = import('./capture')
    .then((module) => module.prepareContent(watch))
    .catch((fault) => {
      warnFault('loading content capture', fault);
      return undefined;
    });
  let calls = 0;
  starts.set(watch, (call, request) => (++calls > MOST_STEPS ? undefined : backlog(loading, call, request)));
  loading.then((capturing) => starts.set(watch, capturing?.start));
}

/** What collects the content of `call`; `undefined` where none is wanted. */
export function contentOf(call: Call, request: unknown): Content<Call> | undefined {
  const start = starts.get(call.watch);
  return start && quietly('content', () => start(call, request));
}

/**
 * Remembers what happens to a call until the module is there, which then makes up for it. A span that would end before
 * waits so long; its times are its own.
 */
function backlog(loading: Promise<Capturing | undefined>, call: Call, request: unknown): Content<Call> {
  const { span } = call;
  const steps: ContentStep[] = [];
  const later =
    (name: ContentStep[0]) =>
    (...values: unknown[]): void => {
      if (steps.push([name, values]) > MOST_STEPS) call.content = undefined;
    };
  const remember = later('ended');
  const ended: Content<Call>['ended'] = (...ending) => {
    remember(...ending);
    if (span?.isRecording()) call.span = holdUntil(caughtUp, span);
  };
  const content: Content<Call> = { sent: later('sent'), chunk: later('chunk'), result: later('result'), ended };
  const caughtUp = loading.then((capturing) => {
    call.span = span;
    if (call.content === content) call.content = capturing?.catchUp(call, request, steps);
  });
  return content;
}

/** Does to `span` when `done` what is done to it now. */
function holdUntil(done: Promise<void>, span: Span): Span {
  const later =
    (name: 'setAttributes' | 'setStatus' | 'end') =>
    (...values: unknown[]): void =>
      void done.then(() => quietly('a span', () => (span[name] as (...values: unknown[]) => void)(...values)));
  const isRecording = (): boolean => span.isRecording();
  const held = { isRecording, setAttributes: later('setAttributes'), setStatus: later('setStatus'), end: later('end') };
  return held as unknown as Span;
}
