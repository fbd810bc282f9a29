import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { metrics } from '@opentelemetry/api';
import { expect, onTestFinished, test, vi } from 'vitest';

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

test('the code in the README serves metrics', async () => {
  const readme = await readFile(path('../README.md'), 'utf8');
  const code = /```ts\n(.*?)```/s.exec(readme)?.[1] ?? '';
  expect(readme.split('\n').indexOf('```ts')).toBeLessThan(25);

  const folder = path('../.cache/');
  await mkdir(folder, { recursive: true });
  // The default port may be taken on the machine that runs this.
  await writeFile(
    `${folder}readme.ts`,
    `${code.replace('listen()', 'listen({ port: 0 })')}\nexport { bridge, url };\n`,
  );
  onTestFinished(() => rm(folder, { recursive: true }));
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  const { bridge, url } = await import(`${folder}readme.ts`);
  onTestFinished(() => bridge.shutdown());

  expect(log).toHaveBeenCalledWith(`Metrics are at ${url}`);
  metrics.getMeter('test').createCounter('calls').add(1);
  expect(await (await fetch(url)).text()).toContain('calls_total 1\n');
});
