import { onTestFinished } from 'vitest';
import type { RequestLog } from '../mock/exchange.ts';
import { type MockNim, startMockNim } from '../mock/mock-nim.ts';
import type { Respond } from '../mock/scenario.ts';
import { createTelemetry, type Telemetry } from '../telemetry/telemetry.ts';
import { withRejections } from './rejections.ts';
import { type SeenError, seenError } from './seen.ts';
import type { ConformanceCase, ProviderSuite } from './suite.ts';

/** What one run of a case showed. */
export interface Run {
  readonly seen: unknown;
  readonly rejections: readonly SeenError[];
  /** What the server got: path, headers, body. */
  readonly sent: readonly unknown[];
  readonly nim: MockNim;
  readonly telemetry: Telemetry;
}

/** Plays a case with a bare client. Globals are set meanwhile, and nothing may reach them. */
export async function playBare(suite: ProviderSuite, test: ConformanceCase): Promise<Run> {
  const telemetry = useTelemetry();
  telemetry.register();
  try {
    return await play(suite, test, telemetry, false);
  } finally {
    telemetry.unregister();
  }
}

/** Plays a case with a wrapped client that measures into fresh telemetry. */
export function playWrapped(suite: ProviderSuite, test: ConformanceCase): Promise<Run> {
  return play(suite, test, useTelemetry(), true);
}

/** Telemetry for the length of a test. */
export function useTelemetry(): Telemetry {
  const telemetry = createTelemetry();
  onTestFinished(() => telemetry.shutdown());
  return telemetry;
}

/** A mock server for the length of a test, giving the same ids in every run. */
export async function useNim(respond?: Respond): Promise<MockNim> {
  const nim = await startMockNim({ respond, created: 1_790_000_000 });
  onTestFinished(() => nim.close());
  return nim;
}

async function play(suite: ProviderSuite, test: ConformanceCase, telemetry: Telemetry, wrapped: boolean): Promise<Run> {
  const nim = await useNim(test.respond);
  const bare = suite.createClient({ maxRetries: 0, ...test.client, baseURL: nim.baseURL });
  const { meterProvider, tracerProvider } = telemetry;
  const client = wrapped ? suite.wrap(bare, { provider: 'nvidia-nim', meterProvider, tracerProvider }) : bare;
  const { result, rejections } = await withRejections(() => test.use({ client, nim }));
  return { seen: result, rejections: rejections.map(seenError), sent: nim.requests.map(sentOf), nim, telemetry };
}

function sentOf({ method, path, headers: { host, ...headers }, body }: RequestLog): unknown {
  return { method, path, headers, body };
}
