#!/usr/bin/env node
import process from 'node:process';
import { parseArgs } from 'node:util';
import { startGpuMeter } from './meter';
import { serve } from './serve';
import { table } from './table';

const USAGE = `Usage: llm-otel-gpu [options]

Shows the GPUs of this machine, or serves their metrics.

  --serve [port]     serve /metrics (default port 9835) instead of the table
  --host <name>      where to serve; 0.0.0.0 lets other machines scrape (default localhost)
  --once             print the table once and end; 1 where there is no GPU
  --interval <s>     seconds between two polls (default 2; 10 with --serve)
  --processes        with processes, and a series for each name
  --conventions <c>  gpu, hw or both (default gpu)
  --help
`;

const DEFAULT_PORT = 9835;

const { values, positionals } = parse();

if (values.help) process.stdout.write(USAGE);
else if (values.serve) serveUntilEnded().catch(fail);
else show(values.once ?? false).catch(fail);

async function serveUntilEnded(): Promise<void> {
  await serve(meterOptions(10), values.host ?? 'localhost', Number(positionals[0] ?? DEFAULT_PORT));
}

function fail(error: unknown): void {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exit(1);
}

function parse() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        serve: { type: 'boolean' },
        host: { type: 'string' },
        once: { type: 'boolean' },
        interval: { type: 'string' },
        processes: { type: 'boolean' },
        conventions: { type: 'string' },
        help: { type: 'boolean' },
      },
    });
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n\n${USAGE}`);
    process.exit(2);
  }
}

function meterOptions(seconds: number) {
  const conventions = (values.conventions ?? 'gpu') as 'gpu' | 'hw' | 'both';
  const intervalMillis = Number(values.interval ?? seconds) * 1000;
  return { intervalMillis, processes: values.processes ?? false, conventions };
}

/** Prints the table, over and over unless `once`. */
async function show(once: boolean): Promise<void> {
  const options = meterOptions(2);
  const meter = startGpuMeter(options);
  // Nothing of the meter keeps a process alive.
  const clock = setInterval(() => !once && print(meter), options.intervalMillis);
  await meter.ready;
  print(meter);
  if (!once && meter.state !== 'dormant') return;
  clearInterval(clock);
  process.exitCode = meter.devices().length > 0 ? 0 : 1;
  await meter.shutdown();
}

function print(meter: ReturnType<typeof startGpuMeter>): void {
  const clear = process.stdout.isTTY && !values.once ? '\u001b[2J\u001b[H' : '';
  const trouble = meter.reason === '' ? '' : `${meter.state}: ${meter.reason}\n`;
  const devices = meter.devices();
  if (trouble !== '') process.stderr.write(trouble);
  if (devices.length > 0) process.stdout.write(`${clear}${table(devices)}\n`);
}
