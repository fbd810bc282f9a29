import type { AggregationConfigModel, ViewConfigModel } from '@opentelemetry/configuration';
import {
  type AggregationOption,
  AggregationType,
  createAllowListAttributesProcessor,
  createDenyListAttributesProcessor,
  type InstrumentType,
  type ViewOptions,
} from '@opentelemetry/sdk-metrics';

/** A view of a configuration file. */
export function createView({ selector, stream }: ViewConfigModel): ViewOptions {
  const { included, excluded } = stream?.attribute_keys ?? {};
  return {
    instrumentName: selector?.instrument_name ?? undefined,
    instrumentType: (selector?.instrument_type?.toUpperCase() as InstrumentType | undefined) ?? undefined,
    instrumentUnit: selector?.unit ?? undefined,
    meterName: selector?.meter_name ?? undefined,
    meterVersion: selector?.meter_version ?? undefined,
    meterSchemaUrl: selector?.meter_schema_url ?? undefined,
    name: stream?.name ?? undefined,
    description: stream?.description ?? undefined,
    aggregationCardinalityLimit: stream?.aggregation_cardinality_limit ?? undefined,
    ...(stream?.aggregation && { aggregation: aggregationOf(stream.aggregation) }),
    ...((included || excluded) && {
      attributesProcessors: [
        ...(included ? [createAllowListAttributesProcessor(included)] : []),
        ...(excluded ? [createDenyListAttributesProcessor(excluded)] : []),
      ],
    }),
  };
}

function aggregationOf(model: AggregationConfigModel): AggregationOption {
  const { drop, sum, last_value, explicit_bucket_histogram: explicit } = model;
  const exponential = model.base2_exponential_bucket_histogram;
  if (drop !== undefined) return { type: AggregationType.DROP };
  if (sum !== undefined) return { type: AggregationType.SUM };
  if (last_value !== undefined) return { type: AggregationType.LAST_VALUE };
  if (explicit?.boundaries) {
    const options = { boundaries: explicit.boundaries, recordMinMax: explicit.record_min_max ?? true };
    return { type: AggregationType.EXPLICIT_BUCKET_HISTOGRAM, options };
  }
  if (exponential === undefined) return { type: AggregationType.DEFAULT };
  const options = { maxSize: exponential?.max_size ?? undefined, recordMinMax: exponential?.record_min_max ?? true };
  return { type: AggregationType.EXPONENTIAL_HISTOGRAM, options } as AggregationOption;
}
