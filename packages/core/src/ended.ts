import type { Attributes } from '@opentelemetry/api';
import type { Call } from './call';
import type { InstrumentKey } from './catalogue';
import type { Pipeline } from './pipeline';
import type { Series } from './series';
import type { Outcome } from './types';

/** A call that is over, and what is recorded with. */
export interface Ended {
  readonly call: Call;
  readonly pipeline: Pipeline;
  readonly series: Series;
  readonly outcome: Outcome;
  readonly errorType: string | undefined;
  record(key: InstrumentKey, value: number, attributes: Attributes): void;
}
