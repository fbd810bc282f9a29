import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Sample } from './parse-page';
import { freePort } from './push-programs';

const FEATURES = 'exemplar-storage,native-histograms,promql-experimental-functions';

export interface ScrapeSettings {
  /** The program. */
  readonly command: string;
  readonly features?: string;
  /** Further settings of the scrape. */
  readonly scrape?: Readonly<Record<string, unknown>>;
}

/** Starts a Prometheus that scrapes `port` every second; gives its address. */
export async function startPrometheus(
  port: number,
  { command, features = FEATURES, scrape = {} }: ScrapeSettings,
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'prometheus-'));
  const own = await freePort();
  const config = {
    global: { scrape_interval: '1s', scrape_timeout: '1s' },
    scrape_configs: [{ job_name: 'bridge', static_configs: [{ targets: [`127.0.0.1:${port}`] }], ...scrape }],
  };
  await writeFile(join(folder, 'prometheus.yml'), JSON.stringify(config));
  const flags = [
    `--config.file=${join(folder, 'prometheus.yml')}`,
    `--storage.tsdb.path=${join(folder, 'data')}`,
    `--web.listen-address=127.0.0.1:${own}`,
    `--enable-feature=${features}`,
  ];
  const child = spawn(command, flags, { stdio: 'ignore' });
  onTestFinished(async () => {
    child.kill('SIGKILL');
    if (child.exitCode === null) await once(child, 'exit');
    await rm(folder, { recursive: true });
  });
  return `http://127.0.0.1:${own}`;
}

/** The `data` of an answer of the HTTP API; `undefined` while there is none. */
export async function ask<Data>(address: string, path: string): Promise<Data | undefined> {
  const response = await fetch(address + path).catch(() => undefined);
  return response?.ok ? ((await response.json()) as { data: Data }).data : undefined;
}

interface Vector {
  readonly result: {
    readonly metric: Record<string, string>;
    readonly value?: [number, string];
    readonly histogram?: [number, NativeResult];
  }[];
}

/** A native histogram as the HTTP API gives it: each bucket with which ends belong to it, lower end, upper end, count. */
export interface NativeResult {
  readonly count: string;
  readonly sum: string;
  readonly buckets: [number, string, string, string][];
}

const query = (address: string): Promise<Vector | undefined> =>
  ask<Vector>(address, `/api/v1/query?query=${encodeURIComponent('{job="bridge"}')}`);

/** All series of the job but those that Prometheus makes itself. */
export async function readBack(address: string): Promise<Sample[]> {
  const own = /^(up|scrape_.*)$/;
  return ((await query(address))?.result ?? []).flatMap(
    ({ metric: { __name__: name = '', job: _, instance: __, ...labels }, value }) =>
      own.test(name) || value === undefined
        ? []
        : [{ name, labels, value: Number(value[1].replace('Inf', 'Infinity')) }],
  );
}

export async function readNative(address: string, name: string): Promise<NativeResult | undefined> {
  const result = (await query(address))?.result ?? [];
  return result.find((one) => one.metric.__name__ === name && one.histogram !== undefined)?.histogram?.[1];
}
