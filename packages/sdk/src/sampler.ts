import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace';
import type { Environment } from './environment';
import { ratio } from './rules';

const parentBased = (root: Sampler): Sampler => new ParentBasedSampler({ root });

const SAMPLERS = {
  always_on: () => new AlwaysOnSampler(),
  always_off: () => new AlwaysOffSampler(),
  traceidratio: (share) => new TraceIdRatioBasedSampler(share),
  parentbased_always_on: () => parentBased(new AlwaysOnSampler()),
  parentbased_always_off: () => parentBased(new AlwaysOffSampler()),
  parentbased_traceidratio: (share) => parentBased(new TraceIdRatioBasedSampler(share)),
} satisfies Record<string, (share: number) => Sampler>;

/** The sampler that `OTEL_TRACES_SAMPLER` and `OTEL_TRACES_SAMPLER_ARG` describe. */
export function readSampler(environment: Environment): Sampler {
  const names = Object.keys(SAMPLERS) as (keyof typeof SAMPLERS)[];
  const name = environment.word('OTEL_TRACES_SAMPLER', names) ?? 'parentbased_always_on';
  const share = name.endsWith('traceidratio') ? environment.number('OTEL_TRACES_SAMPLER_ARG', ratio) : undefined;
  return SAMPLERS[name](share ?? 1);
}
