import { AggregationTemporality, InstrumentType } from '@opentelemetry/sdk-metrics';

const { CUMULATIVE, DELTA } = AggregationTemporality;
const UP_DOWN = [InstrumentType.UP_DOWN_COUNTER, InstrumentType.OBSERVABLE_UP_DOWN_COUNTER];
const SYNCHRONOUS = [InstrumentType.COUNTER, InstrumentType.HISTOGRAM];

/** As the OTLP exporters' specification has it, which the reader must know before the exporter is loaded. */
export const TEMPORALITY: Record<
  'cumulative' | 'delta' | 'lowmemory',
  (type: InstrumentType) => AggregationTemporality
> = {
  cumulative: () => CUMULATIVE,
  delta: (type) => (UP_DOWN.includes(type) ? CUMULATIVE : DELTA),
  lowmemory: (type) => (SYNCHRONOUS.includes(type) ? DELTA : CUMULATIVE),
};
