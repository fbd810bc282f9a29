import type { TextMapPropagator } from '@opentelemetry/api';
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core';
import type { Environment } from './environment';
import type { RegisterOptions } from './options';
import { findPeer, loadPeer } from './peers';
import { PROPAGATORS, type PropagatorName } from './rules';

type B3 = typeof import('@opentelemetry/propagator-b3');
const B3_PACKAGE = '@opentelemetry/propagator-b3';
const VARIABLE = 'OTEL_PROPAGATORS';

/** The propagators by name; option, then variable, then `tracecontext` and `baggage`. */
export function readPropagators(options: RegisterOptions, environment: Environment): readonly PropagatorName[] {
  const listed = environment.wordsOrNone(VARIABLE, PROPAGATORS);
  const names = options.propagators ?? listed ?? ['tracecontext', 'baggage'];
  if (!names.some(isB3) || findPeer(B3_PACKAGE) !== undefined) return names;
  const variable = options.propagators === undefined ? VARIABLE : 'register({ propagators })';
  environment.refuse(variable, names.filter(isB3).join(','), `b3 or b3multi once ${B3_PACKAGE} is installed`);
  return names.filter((name) => !isB3(name));
}

const isB3 = (name: PropagatorName): boolean => name.startsWith('b3');

/** One propagator for all of the names; `undefined` for none. */
export function createPropagator(names: readonly PropagatorName[]): TextMapPropagator | undefined {
  const propagators = names.flatMap((name) => CREATE[name]() ?? []);
  return propagators.length === 0 ? undefined : new CompositePropagator({ propagators });
}

const CREATE: Record<PropagatorName, () => TextMapPropagator | undefined> = {
  tracecontext: () => new W3CTraceContextPropagator(),
  baggage: () => new W3CBaggagePropagator(),
  b3: () => createB3('SINGLE_HEADER'),
  b3multi: () => createB3('MULTI_HEADER'),
};

function createB3(encoding: 'SINGLE_HEADER' | 'MULTI_HEADER'): TextMapPropagator | undefined {
  const b3 = loadPeer<B3>(B3_PACKAGE);
  return b3 && new b3.B3Propagator({ injectEncoding: b3.B3InjectEncoding[encoding] });
}
