// The application that cluster.test.ts starts: a primary that does as it is told, its workers and their threads.
import cluster, { type Worker as Process } from 'node:cluster';
import { isMainThread, parentPort, Worker as Thread, workerData } from 'node:worker_threads';
import type { Meter } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { AggregationType, MeterProvider } from '@opentelemetry/sdk-metrics';
import { ClusterBridge, type ClusterBridgeOptions } from '../../src/cluster/index';
import type { Answer, Measures, Order } from './orders';

const options = JSON.parse(process.env.BRIDGE ?? '{}') as ClusterBridgeOptions;
const gauges = (name: string) => (name === 'heat' ? 'max' : name === 'memory' ? 'sum' : 'last');

function begin() {
  const bridge = new ClusterBridge({ gauges, ...options });
  const provider = new MeterProvider({
    resource: resourceFromAttributes({ 'service.name': 'app', 'process.pid': process.pid }),
    readers: [bridge],
    views: [{ instrumentName: 'spread', aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM } }],
  });
  return { bridge, provider, record: recorder(provider.getMeter('app')) };
}

let begun: ReturnType<typeof begin> | undefined;
const own = (): ReturnType<typeof begin> => {
  begun ??= begin();
  return begun;
};

function recorder(meter: Meter): (measures: Measures) => void {
  const jobs = meter.createCounter('jobs');
  const waiting = meter.createUpDownCounter('waiting');
  const size = meter.createHistogram('size', { advice: { explicitBucketBoundaries: [1, 10] } });
  const spread = meter.createHistogram('spread');
  const gauge = (name: string) => meter.createGauge(name);
  const [level, heat, memory] = [gauge('level'), gauge('heat'), gauge('memory')];
  return (measures) => {
    if (measures.jobs) jobs.add(measures.jobs, { kind: measures.kind ?? 'none' });
    if (measures.waiting) waiting.add(measures.waiting);
    for (const value of measures.sizes ?? []) {
      size.record(value);
      spread.record(value);
    }
    if (measures.level !== undefined) level.record(measures.level === 'NaN' ? Number.NaN : measures.level);
    if (measures.heat !== undefined) heat.record(measures.heat);
    if (measures.memory !== undefined) memory.record(measures.memory);
  };
}

if (!(process.env.LATE && isMainThread && cluster.isPrimary)) own();

const processes: Process[] = [];
const threads: Thread[] = [];

async function obey(order: Order): Promise<Answer> {
  const below = 'worker' in order ? processes[order.worker] : 'thread' in order ? threads[order.thread] : undefined;
  if (below !== undefined && 'order' in order) return passOn(below, order.order);
  if ('fork' in order) return started(processes.push(cluster.fork()), processes.at(-1)!);
  if ('spawn' in order)
    return started(threads.push(new Thread(new URL(import.meta.url), { workerData: {} })), threads.at(-1)!);
  if ('kill' in order) return ended(processes[order.kill]!, (worker) => worker.process.kill('SIGKILL'));
  if ('terminate' in order) return ended(threads[order.terminate]!, (thread) => void thread.terminate());
  if ('measure' in order) own().record(order.measure);
  if ('flush' in order) await own().provider.forceFlush();
  if ('shutdown' in order) await own().provider.shutdown();
  if ('block' in order) setTimeout(() => block(order.block), 20);
  if ('exit' in order) setTimeout(() => process.exit(0), 20);
  if ('listen' in order) return { url: (await own().bridge.listen(order.listen)).url };
  if ('page' in order) return { page: await own().bridge.scrape() };
  return { pid: process.pid };
}

function block(millis: number): void {
  for (const end = Date.now() + millis; Date.now() < end; );
}

async function started(length: number, below: Process | Thread): Promise<Answer> {
  await answerOf(below);
  return { index: length - 1 };
}

async function ended<Below extends Process | Thread>(below: Below, end: (below: Below) => void): Promise<Answer> {
  const gone = new Promise((resolve) =>
    (below as Thread).once(below instanceof Thread ? 'exit' : ('disconnect' as 'exit'), resolve),
  );
  end(below);
  await gone;
  return {};
}

/** Ours are the messages with `of`; the bridge has its own on the same channel. */
function answerOf(below: Process | Thread): Promise<Answer> {
  return new Promise((resolve) => {
    const read = (message: { of?: string; answer?: Answer }): void => {
      if (message.of !== 'app') return;
      below.off('message', read);
      resolve(message.answer ?? {});
    };
    below.on('message', read);
  });
}

function passOn(below: Process | Thread, order: Order): Promise<Answer> {
  if (below instanceof Thread) below.postMessage({ of: 'app', order });
  else below.send({ of: 'app', order });
  return answerOf(below);
}

const reply = (message: object): void => {
  if (isMainThread) process.send?.(message);
  else parentPort?.postMessage(message);
};
const hear = async (message: { of?: string; order?: Order }): Promise<void> => {
  if (message.of === 'app' && message.order) reply({ of: 'app', answer: await obey(message.order) });
};
if (isMainThread) process.on('message', hear);
else parentPort?.on('message', hear);
reply({ of: 'app', answer: { ready: workerData === null } });
