import type { Attributes } from '@opentelemetry/api';
import type { Call } from './call';
import type { InstrumentKey } from './catalogue';
import { warnFault } from './guard';
import type { Pipeline } from './pipeline';
import type { Points } from './points';
import type { Series } from './series';
import type { Outcome } from './types';

/** A call that is over, and what is recorded with. */
export class Ended {
  constructor(
    readonly call: Call,
    readonly pipeline: Pipeline,
    readonly series: Series,
    readonly points: Points,
    readonly outcome: Outcome,
    readonly errorType: string | undefined,
  ) {}

  /** One instrument that fails takes no other with it. Where one has two sets of attributes, `slot` tells them apart. */
  record(key: InstrumentKey, value: number, attributes: Attributes, slot: string = key): void {
    try {
      this.points.histogram(key, attributes, slot).record(value, attributes, this.call.context);
    } catch (fault) {
      warnFault('recording a value', fault);
    }
  }
}
