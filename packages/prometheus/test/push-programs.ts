import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Sample } from './parse-page';
import type { Program } from './programs';

export const PUSHGATEWAY: Program = {
  command: 'prometheus-pushgateway',
  probe: ['--version'],
  install: 'apt-get install prometheus-pushgateway',
};

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

/** Runs a program in a folder of its own until the test is over. */
export async function start(command: string, flags: (folder: string) => readonly string[]): Promise<ChildProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'push-'));
  await writeFile(join(folder, 'prometheus.yml'), '{}');
  const child = spawn(command, flags(folder), { stdio: 'ignore', cwd: folder });
  onTestFinished(async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    await rm(folder, { recursive: true, force: true });
  });
  return child;
}

/** Starts a Prometheus that is written to; resolves when it is ready. */
export async function startReceiver({ command }: Program, port: number, ...more: string[]): Promise<string> {
  const address = `http://127.0.0.1:${port}`;
  await start(command, (folder) => [
    `--config.file=${folder}/prometheus.yml`,
    `--storage.tsdb.path=${folder}/data`,
    `--web.listen-address=127.0.0.1:${port}`,
    '--web.enable-remote-write-receiver',
    ...more,
  ]);
  await isReady(`${address}/-/ready`);
  return address;
}

export async function isReady(url: string): Promise<void> {
  for (;;) {
    const response = await fetch(url).catch(() => undefined);
    if (response?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

interface Vector {
  readonly data: { readonly result: { metric: Record<string, string>; value: [number, string] }[] };
}

/** The last samples of all series that a Prometheus has. */
export async function samplesIn(address: string, selector = '{__name__=~".+"}'): Promise<Sample[]> {
  const response = await fetch(`${address}/api/v1/query?query=${encodeURIComponent(selector)}`);
  const { data } = (await response.json()) as Vector;
  return data.result.map(({ metric: { __name__: name = '', ...labels }, value }) => ({
    name,
    labels,
    value: Number(value[1].replace('Inf', 'Infinity')),
  }));
}
