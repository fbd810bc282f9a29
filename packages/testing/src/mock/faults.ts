import { event, type Frame } from './frames.ts';
import type { Fault } from './scenario.ts';

/** Frames to send, and what comes after the last. */
export interface Plan {
  readonly frames: readonly Frame[];
  readonly ending: 'end' | 'reset' | 'hang';
}

/** Events that lack something, as the API frames them. */
export type Lacking = Readonly<Record<'without-choices' | 'without-delta', string>> &
  // How the API frames garbage and an error, where it isn't as chat does.
  Readonly<Partial<Record<'garbage' | 'error-object', string>>>;

type StreamFault = Exclude<Fault, { readonly kind: 'status' }>;

const GARBAGE = 'data: {"id":"chatcmpl-0","choices":[{"index":0,"delta":{"conte\n\n';

const ERRORS: Readonly<Record<number, readonly [string, string]>> = {
  400: ['BadRequestError', 'The request is not valid'],
  404: ['NotFoundError', 'The model does not exist'],
  429: ['TooManyRequestsError', 'Too many requests'],
};

const CHAT_ERROR = `${event(errorBody(500))}data: [DONE]\n\n`;

/** The stream as the fault leaves it. */
export function planOf(frames: readonly Frame[], fault: Fault | undefined, lacking: Lacking): Plan {
  if (fault === undefined || fault.kind === 'status') return { frames, ending: 'end' };
  const at = typeof fault.afterChunks === 'number' ? fault.afterChunks : 0;
  return PLANS[fault.kind]({ before: frames.slice(0, at), after: frames.slice(at), lacking });
}

/** The error body of vLLM and NIM. */
export function errorBody(status: number): unknown {
  const [type, message] = ERRORS[status] ?? ['InternalServerError', 'Something went wrong'];
  return { error: { message, type, param: null, code: status } };
}

interface Cut {
  readonly before: readonly Frame[];
  readonly after: readonly Frame[];
  readonly lacking: Lacking;
}

const PLANS: Readonly<Record<StreamFault['kind'], (cut: Cut) => Plan>> = {
  reset: ({ before }) => ({ frames: before, ending: 'reset' }),
  hang: ({ before }) => ({ frames: before, ending: 'hang' }),
  truncate: ({ before }) => ({ frames: before, ending: 'end' }),
  garbage: (cut) => insert(cut, cut.lacking.garbage ?? GARBAGE),
  'error-object': (cut) => insert({ ...cut, after: [] }, cut.lacking['error-object'] ?? CHAT_ERROR),
  'without-choices': (cut) => insert(cut, cut.lacking['without-choices']),
  'without-delta': (cut) => insert(cut, cut.lacking['without-delta']),
};

function insert({ before, after }: Cut, ...events: readonly string[]): Plan {
  const atMillis = before.at(-1)?.atMillis ?? after[0]?.atMillis ?? 0;
  return { frames: [...before, ...events.map((data) => ({ atMillis, data })), ...after], ending: 'end' };
}
