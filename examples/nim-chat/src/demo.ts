import { wrapOpenAI } from '@grump/llm-otel-openai';
import { type Registration, register } from '@grump/llm-otel-sdk';
import OpenAI from 'openai';
import { conclusion, introduction } from './messages.ts';
import { createMeter, type Reading } from './meter.ts';
import { priceOf } from './models.ts';
import type { DemoOptions } from './options.ts';
import { freePort, METRICS_PORT } from './port.ts';
import { isTerminal } from './screen.ts';
import { openServer, type Server } from './server.ts';
import { driveTraffic, type TrafficOptions } from './traffic.ts';
import { say, showTable } from './view.ts';

const TIMEOUT_MILLIS = 30_000;

/** Everything that one run works with. */
interface Run {
  readonly options: DemoOptions;
  readonly server: Server;
  readonly registration: Registration;
  readonly client: OpenAI;
  readonly read: () => Promise<Reading>;
  readonly stop: AbortSignal;
}

/** Runs the demo until it is over or `stop` is aborted. Resolves with whether any request succeeded. */
export async function runDemo(options: DemoOptions, stop: AbortSignal): Promise<boolean> {
  const server = await openServer(options.model);
  const registration = register({ serviceName: 'nim-chat', prometheus: { port: await freePort(METRICS_PORT) } });
  const { baseURL, apiKey, isMock } = server;
  const client = wrapOpenAI(new OpenAI({ baseURL, apiKey, maxRetries: isMock ? 0 : 2, timeout: TIMEOUT_MILLIS }), {
    provider: 'nvidia-nim',
    pricing: priceOf,
  });
  try {
    await registration.ready;
    return await play({ options, server, registration, client, read: createMeter(registration), stop });
  } finally {
    await registration.shutdown();
    await server.close();
  }
}

async function play(run: Run): Promise<boolean> {
  const { options, registration, stop } = run;
  await run.read();
  say(introduction(run.server, registration.metricsUrl));
  const { last, fault } = await rush(run);
  if (stop.aborted) return false;
  if (!last.outcomes.some((outcome) => outcome.startsWith('ok '))) {
    say(['', `No request succeeded; the last one failed with: ${fault?.message ?? 'nothing was asked'}`]);
    return false;
  }
  say(conclusion(last, registration.metricsUrl, options.keep));
  if (options.keep) await linger(run);
  return true;
}

/** The busy part: the table, and the traffic that it shows. */
async function rush(run: Run): Promise<{ last: Reading; fault: Error | undefined }> {
  const { seconds } = run.options;
  const { isMock } = run.server;
  const time = AbortSignal.timeout(seconds * 1000);
  const startedAt = performance.now();
  const elapsed = () => ((performance.now() - startedAt) / 1000).toFixed(1);
  return withTable(run, { concurrency: isMock ? 4 : 2, pauseMillis: isMock ? 50 : 500, until: time }, (isOver) => {
    if (isOver) return `${elapsed()} s, all requests have ended`;
    return time.aborted ? `${elapsed()} s, the last requests are ending` : `${elapsed()} s of ${seconds} s`;
  });
}

/** The quiet part: a request now and then, so that a scrape has something to see. */
async function linger(run: Run): Promise<void> {
  const load = { concurrency: 1, pauseMillis: run.server.isMock ? 1000 : 5000, until: run.stop };
  if (isTerminal()) await withTable(run, load, (isOver) => (isOver ? 'Stopped' : 'Staying up; Ctrl-C ends this'));
  else await driveTraffic({ ...trafficOf(run), ...load });
}

type Load = Pick<TrafficOptions, 'concurrency' | 'pauseMillis' | 'until'>;

async function withTable(run: Run, load: Load, status: (isOver: boolean) => string) {
  const over = new AbortController();
  const until = AbortSignal.any([load.until, run.stop]);
  const traffic = driveTraffic({ ...trafficOf(run), ...load, until }).finally(() => over.abort());
  const last = await showTable({ read: run.read, status, until: over.signal });
  return { last, fault: await traffic };
}

function trafficOf({ client, server, stop }: Run) {
  return { client, models: server.models, withTools: server.isMock, signal: stop };
}
