export { freePort } from './free-port.ts';
export type { RequestLog } from './mock/exchange.ts';
export { type MockNim, type MockNimOptions, startMockNim } from './mock/mock-nim.ts';
export {
  CANONICAL,
  type ChatRequest,
  type Fault,
  type MockUsage,
  QUICK,
  type Recording,
  type Respond,
  type Scenario,
  type Schedule,
  SLOW,
} from './mock/scenario.ts';
export { type OtlpReceiver, type ReceivedMetric, type ReceivedSpan, startOtlpReceiver } from './otlp/receiver.ts';
export type { MetricRow, SpanRow } from './telemetry/rows.ts';
export { createTelemetry, type Telemetry, type TelemetryOptions } from './telemetry/telemetry.ts';
export { loadTraffic, type TrafficApi, type TrafficCase, type TrafficTruth, trafficProviders } from './traffic.ts';
