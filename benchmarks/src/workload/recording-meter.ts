import {
  type Context,
  createContextKey,
  createNoopMeter,
  type Histogram,
  type MeterProvider,
  type MetricAttributes,
} from '@opentelemetry/api';

/** What histograms were given, by their names. */
export type Recorded = Map<string, number[]>;

const RECORDED = createContextKey('what is recorded in this context');

/** `context` with a place for the values that are recorded in it. */
export const withRecorded = (context: Context, recorded: Recorded): Context => context.setValue(RECORDED, recorded);

const meter = Object.assign(createNoopMeter(), {
  createHistogram: (name: string): Histogram => ({
    record(value: number, _: MetricAttributes | undefined, context: Context | undefined) {
      const recorded = context?.getValue(RECORDED) as Recorded | undefined;
      const values = recorded?.get(name) ?? [];
      values.push(value);
      recorded?.set(name, values);
    },
  }),
});

/** Gives each value that a histogram records to the context in which it does. */
export const recordingMeterProvider: MeterProvider = { getMeter: () => meter };
