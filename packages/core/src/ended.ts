import type { Attributes } from '@opentelemetry/api';
import type { Call } from './call';
import type { InstrumentKey } from './catalogue';
import type { CallExemplars } from './exemplar-source';
import { warnFault } from './guard';
import { type Pipeline, shared } from './pipeline';
import type { Points } from './points';
import type { Series } from './series';
import type { SumPoint } from './store';
import type { Outcome, Usage } from './types';

/** A call that is over, and what is recorded with. */
export class Ended {
  readonly exemplars: CallExemplars | undefined;
  /** Usage that a fetch brought, of another call. */
  fetched: Usage | undefined;

  constructor(
    readonly call: Call,
    readonly pipeline: Pipeline,
    readonly series: Series,
    readonly points: Points,
    readonly outcome: Outcome,
    readonly errorType: string | undefined,
    readonly error: unknown,
  ) {
    this.exemplars = call.span && shared().exemplars?.of(call.context);
  }

  /** One instrument that fails takes no other with it. Where one has two sets of attributes, `slot` tells them apart. */
  record(key: InstrumentKey, value: number, attributes: Attributes, slot: string = key): void {
    try {
      this.points.histogram(key, attributes, slot).record(value, attributes, this.call.context);
      this.exemplars?.take(key, value, attributes);
    } catch (fault) {
      warnFault('recording a value', fault);
    }
  }

  /** Adds to a counter. */
  count(point: SumPoint, value: number): void {
    point.value += value;
    this.exemplars?.take(point.key, value, point.attributes);
  }
}
