import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { startMockNim } from '@grump/llm-otel-testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = new URL('../../', import.meta.url);
const docs = fileURLToPath(new URL('../', import.meta.url));

let nim: Awaited<ReturnType<typeof startMockNim>>;
let folder: string;
beforeAll(async () => {
  nim = await startMockNim();
  folder = await mkdtemp(`${docs}.readme-`);
});
afterAll(async () => {
  await nim.close();
  await rm(folder, { recursive: true });
});

async function read(file: string): Promise<string> {
  return readFile(new URL(file, root), 'utf8');
}

const firstCode = (text: string): string | undefined => /```ts\n([\s\S]*?)```/.exec(text)?.[1];

/** Runs the code as a program of its own, against the built packages; what it leaves open is ended after the answer. */
async function run(name: string, code: string): Promise<{ output: string; code: number | null }> {
  const file = `${folder}/${name}.ts`;
  await writeFile(file, code);
  const env = {
    ...process.env,
    ...{ NIM_BASE_URL: nim.baseURL, NVIDIA_API_KEY: 'none' },
    ...{ ANTHROPIC_BASE_URL: nim.baseURL, ANTHROPIC_API_KEY: 'none' },
    OTEL_EXPORTER_PROMETHEUS_PORT: '0',
  };
  const child = spawn(process.execPath, [file], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.on('data', (data) => {
    output += data;
  });
  child.stderr.on('data', (data) => {
    output += data;
  });
  const timer = setTimeout(() => child.kill('SIGTERM'), 8000);
  const exit = await new Promise<number | null>((resolve) => child.on('exit', resolve));
  clearTimeout(timer);
  return { output, code: exit };
}

describe('the code of a README runs', () => {
  it.each([
    ['README.md', 'root'],
    ['packages/openai/README.md', 'openai'],
    ['packages/anthropic/README.md', 'anthropic'],
  ])('%s', async (file, name) => {
    const before = nim.requests.length;
    const { output, code } = await run(name, firstCode(await read(file))!);
    expect(code, output).toBe(0);
    expect(output).not.toMatch(/error|warn/i);
    expect(output.length).toBeGreaterThan(0);
    expect(nim.requests.length).toBe(before + 1);
  });

  it('packages/core/README.md', async () => {
    const code = `${firstCode(await read('packages/core/README.md'))}
      metrics.getMeter('test').createCounter('done').add(1);
      await reader.forceFlush();
      await reader.shutdown();`;
    const { output, code: exit } = await run('core', code);
    expect(exit, output).toBe(0);
    expect(output).toContain('done');
  });
});

it('each document that another names is there', async () => {
  for (const file of ['README.md', 'docs/architecture.md', 'docs/decisions/README.md']) {
    const links = (await read(file)).matchAll(/\]\((?!https?:)([^)#]+)\)/g);
    for (const [, link] of links) {
      const target = new URL(link!, new URL(file, root));
      await expect(
        import('node:fs').then(({ existsSync }) => existsSync(target)),
        `${file}: ${link}`,
      ).resolves.toBe(true);
    }
  }
});
