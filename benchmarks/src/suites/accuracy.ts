import { setTimeout } from 'node:timers/promises';
import { wrapOpenAI } from '@grump/llm-otel-openai';
import { context } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { OpenAI } from 'openai';
import { quantile } from '../statistics.ts';
import type { Measures, Suite } from '../suite.ts';
import { openStream } from '../workload/openai/consume.ts';
import { workload } from '../workload/openai/index.ts';
import { type Recorded, recordingMeterProvider, withRecorded } from '../workload/recording-meter.ts';
import { type ServerLog, startServer } from '../workload/server-process.ts';
import { factsOf, type StreamFacts, seenByApplication } from '../workload/stream-facts.ts';

const STREAMS = 200;
const scenario = {
  schedule: { headersMillis: 0, roleMillis: 50, reasoningMillis: 200, firstTokenMillis: 400, interTokenMillis: 20 },
  tokens: 51,
  reasoningTokens: 1,
};

/** How far our numbers are from what the server wrote down, and from what the application saw. */
export const suite: Suite = {
  title: 'Accuracy of ours',
  method:
    '200 concurrent streams over HTTP, begun a millisecond apart. Absolute difference between our numbers and the log ' +
    'of the server, a process of its own: the network and the wait in the client’s event loop are in it. Then the same ' +
    'against what the application’s own loop saw.',
  rounds: 9,
  takesPart: (_, name) => name === 'ours',
  async measure() {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    const server = await startServer(scenario);
    for (let turn = 0; turn < 2; turn++) await play(server.baseURL, `warm-up-${turn}`);
    const streams = await play(server.baseURL, 'stream');
    const logs = new Map((await server.log()).map((log) => [log.id, log]));
    server.stop();
    return {
      ...compare(streams, ({ id, startedAt }) => factsOf(logs.get(id)!, startedAt)),
      ...compare(streams, ({ seen, startedAt }) => factsOf(seen, startedAt), ' (application)'),
    };
  },
};

interface Stream {
  readonly id: string;
  readonly startedAt: number;
  readonly ours: StreamFacts;
  readonly seen: ServerLog;
}

function play(baseURL: string, name: string): Promise<Stream[]> {
  return Promise.all(Array.from({ length: STREAMS }, (_, index) => playOne(baseURL, `${name}-${index}`, index)));
}

async function playOne(baseURL: string, id: string, delay: number): Promise<Stream> {
  // A provider each: gaps are counted by series, and handed to it by whichever stream of the series ends first.
  const options = { meterProvider: { ...recordingMeterProvider } };
  const client = wrapOpenAI(new OpenAI({ ...workload.settings, baseURL }), options);
  const recorded: Recorded = new Map();
  await setTimeout(delay);
  const startedAt = performance.timeOrigin + performance.now();
  const open = (): ReturnType<typeof openStream> => openStream(client, { headers: { 'x-stream': id } });
  const stream = await context.with(withRecorded(context.active(), recorded), open);
  const seen = await seenByApplication(id, stream);
  return { id, startedAt, seen, ours: oursOf(recorded) };
}

function oursOf(recorded: Recorded): StreamFacts {
  const millis = (name: string): number[] => (recorded.get(name) ?? []).map((seconds) => seconds * 1000);
  return {
    firstToken: millis('llm_time_to_first_token_seconds')[0]!,
    firstOutputToken: millis('llm_time_to_first_output_token_seconds')[0]!,
    gaps: millis('llm_inter_token_latency_seconds'),
    duration: millis('llm_request_duration_seconds')[0]!,
  };
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

const COMPARED: Readonly<Record<string, (facts: StreamFacts) => number>> = {
  'first token': ({ firstToken }) => firstToken,
  'first output token': ({ firstOutputToken }) => firstOutputToken,
  'mean gap': ({ gaps }) => mean(gaps),
  'longest gap': ({ gaps }) => Math.max(...gaps),
  duration: ({ duration }) => duration,
};

function compare(streams: readonly Stream[], truth: (stream: Stream) => StreamFacts, suffix = ''): Measures {
  const rows = Object.entries(COMPARED).flatMap(([name, pick]) => {
    const errors = streams.map((stream) => Math.abs(pick(stream.ours) - pick(truth(stream))));
    return [50, 99].map((share) => [`${name}${suffix} p${share} ms`, quantile(errors, share / 100)]);
  });
  return Object.fromEntries(rows) as Measures;
}
