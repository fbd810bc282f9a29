import { diag, type MeterProvider } from '@opentelemetry/api';
import { reason } from './deadline';
import type { RegisterOptions } from './options';

/** Loads and starts the GPU meter where it is asked for. Returns what ends it. */
export function startGpu(option: RegisterOptions['gpu'], meterProvider: MeterProvider | undefined): () => void {
  if (!option) return () => {};
  const loaded = import(/* webpackIgnore: true */ '@grump/llm-otel-gpu').then(({ startGpuMeter }) =>
    startGpuMeter({ meterProvider, ...(option === true ? {} : option) }),
  );
  loaded.catch((error) => diag.warn(`register({ gpu }) needs @grump/llm-otel-gpu beside it: ${reason(error)}.`));
  return () => void loaded.then((meter) => meter.shutdown()).catch(() => {});
}
