// Prints a line of JSON for each reading of the meter until its input ends, and the page of /metrics for each line of it:
// `node record.ts '{"intervalMillis":1000}'`.
import { type GpuMeterOptions, startGpuMeter } from '@grump/llm-otel-gpu';
import { PrometheusBridge } from '@grump/llm-otel-prometheus';
import { MeterProvider } from '@opentelemetry/sdk-metrics';

const options = JSON.parse(process.argv[2] ?? '{}') as GpuMeterOptions;
const bridge = new PrometheusBridge();
const meter = startGpuMeter({ meterProvider: new MeterProvider({ readers: [bridge] }), ...options });

const print = (record: object): void => console.log(JSON.stringify(record));

let last = meter.devices();
const clock = setInterval(() => {
  const devices = meter.devices();
  if (devices === last || devices.length === 0) return;
  last = devices;
  print({ at: Date.now() / 1000, devices });
}, 2);

await meter.ready;
print({ ready: meter.state, reason: meter.reason });
process.stdin.on('data', async () => print({ page: await bridge.scrape() }));
process.stdin.on('end', async () => {
  clearInterval(clock);
  print({ ended: meter.state, reason: meter.reason });
  await meter.shutdown();
});
