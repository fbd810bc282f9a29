// Another SDK, which is there first.
import { metrics } from '@opentelemetry/api';
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';

class Reader extends MetricReader {
  async onForceFlush() {}
  async onShutdown() {}
}

globalThis.otherReader = new Reader();
metrics.setGlobalMeterProvider(new MeterProvider({ readers: [globalThis.otherReader] }));
