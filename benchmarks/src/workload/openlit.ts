import { load } from '../../rivals/load.ts';
import { registerMetrics } from './telemetry.ts';

interface Module {
  Openlit: { init(options: object): void };
}

/** OpenLIT on these modules of clients, by their names in it; nothing leaves the process. */
export async function startOpenlit(instrumentations: object): Promise<void> {
  registerMetrics();
  process.env.OTEL_TRACES_EXPORTER = 'none';
  const { Openlit } = await load<Module>('openlit');
  Openlit.init({ captureMessageContent: false, disableEvents: true, pricingJson: '{}', instrumentations });
}
