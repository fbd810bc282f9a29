import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, existsSync, globSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { freePort } from '@grump/llm-otel-testing';

const [program] = globSync(fileURLToPath(new URL('../../../../.cache/collector/*/otelcol', import.meta.url)));

/** The Collector that `node scripts/collector.mjs` built; `undefined` where it was not. */
export const COLLECTOR: string | undefined = program;
export const NO_COLLECTOR = 'the OpenTelemetry Collector is not built: `node scripts/collector.mjs`, which needs Go';

type Signal = 'traces' | 'metrics' | 'logs';

/** A real Collector that writes what it receives into files. */
export class Collector {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'llm-otel-collector-'));
  httpPort = 0;
  grpcPort = 0;
  #process: ChildProcess | undefined;

  get httpUrl(): string {
    return `http://127.0.0.1:${this.httpPort}`;
  }

  get grpcUrl(): string {
    return `http://127.0.0.1:${this.grpcPort}`;
  }

  /** Starts it, on the same ports as before. */
  async start(): Promise<void> {
    this.httpPort ||= await freePort();
    this.grpcPort ||= await freePort();
    const config = join(this.folder, 'config.json');
    writeFileSync(config, JSON.stringify(this.#config()));
    const child = spawn(COLLECTOR!, ['--config', config], { stdio: ['ignore', 'ignore', 'pipe'] });
    this.#process = child;
    const lines = createInterface(child.stderr!);
    const said: string[] = [];
    for await (const line of lines) {
      said.push(line);
      if (line.includes('Everything is ready')) break;
    }
    if (child.exitCode !== null) throw new Error(said.slice(-5).join('\n'));
    child.stderr!.resume();
  }

  /** Ends it; what it has received is in the files then. */
  async stop(): Promise<void> {
    const child = this.#process;
    if (child === undefined || child.exitCode !== null) return;
    child.kill('SIGTERM');
    await once(child, 'exit');
  }

  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** The requests that it wrote down, in OTLP's JSON. */
  async *read(signal: Signal): AsyncGenerator<OtlpRequest> {
    const path = this.#path(signal);
    if (!existsSync(path)) return;
    for await (const line of createInterface(createReadStream(path))) yield JSON.parse(line);
  }

  #path(signal: Signal): string {
    return join(this.folder, `${signal}.jsonl`);
  }

  #config(): object {
    const signals: Signal[] = ['traces', 'metrics', 'logs'];
    const protocols = {
      http: { endpoint: `127.0.0.1:${this.httpPort}` },
      grpc: { endpoint: `127.0.0.1:${this.grpcPort}` },
    };
    const file = (signal: Signal) => [`file/${signal}`, { path: this.#path(signal), append: true }];
    const pipeline = (signal: Signal) => [signal, { receivers: ['otlp'], exporters: [`file/${signal}`] }];
    return {
      receivers: { otlp: { protocols } },
      exporters: Object.fromEntries(signals.map(file)),
      service: {
        pipelines: Object.fromEntries(signals.map(pipeline)),
        telemetry: { metrics: { level: 'none' }, logs: { level: 'info' } },
      },
    };
  }
}

interface OtlpRequest {
  readonly resourceSpans?: { scopeSpans: { spans: OtlpSpan[] }[] }[];
  readonly resourceMetrics?: { scopeMetrics: { metrics: OtlpMetric[] }[] }[];
  readonly resourceLogs?: { scopeLogs: { logRecords: OtlpRecord[] }[] }[];
}

interface OtlpSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly name: string;
}

interface OtlpRecord {
  readonly traceId: string;
  readonly spanId: string;
  readonly eventName?: string;
  readonly body?: { stringValue?: string };
}

export interface OtlpMetric {
  readonly name: string;
  readonly sum?: { dataPoints: { asDouble?: number; asInt?: string; attributes: unknown }[] };
  readonly histogram?: { dataPoints: { count: string; attributes: unknown }[] };
}

/** The ids of all spans, in the order in which they came. */
export async function spanIds(collector: Collector): Promise<string[]> {
  const ids: string[] = [];
  for await (const { resourceSpans = [] } of collector.read('traces')) {
    for (const { spans } of resourceSpans.flatMap(({ scopeSpans }) => scopeSpans)) {
      for (const { spanId } of spans) ids.push(spanId);
    }
  }
  return ids;
}

/** The span ids of all log records. */
export async function recordSpanIds(collector: Collector): Promise<string[]> {
  const ids: string[] = [];
  for await (const { resourceLogs = [] } of collector.read('logs')) {
    for (const { logRecords } of resourceLogs.flatMap(({ scopeLogs }) => scopeLogs)) {
      for (const { spanId } of logRecords) ids.push(spanId);
    }
  }
  return ids;
}

/** The last value of every metric, by name. */
export async function lastMetrics(collector: Collector): Promise<Map<string, OtlpMetric>> {
  const last = new Map<string, OtlpMetric>();
  for await (const { resourceMetrics = [] } of collector.read('metrics')) {
    for (const { metrics } of resourceMetrics.flatMap(({ scopeMetrics }) => scopeMetrics)) {
      for (const metric of metrics) last.set(metric.name, metric);
    }
  }
  return last;
}

/** The sum over all points of a metric. */
export function totalOf(metric: OtlpMetric | undefined): number {
  const sums = metric?.sum?.dataPoints.map(({ asDouble, asInt }) => asDouble ?? Number(asInt)) ?? [];
  const counts = metric?.histogram?.dataPoints.map(({ count }) => Number(count)) ?? [];
  return [...sums, ...counts].reduce((total, value) => total + value, 0);
}
