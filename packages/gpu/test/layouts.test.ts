import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { expect, type TestContext, test } from 'vitest';
import * as layouts from '../src/nvml/layouts';
import { compile, needsCompiler } from './support/fake';

/** Folders in which CUDA leaves the real header; `NVML_INCLUDE` names another. */
const FOLDERS = [process.env.NVML_INCLUDE, '/usr/local/cuda/include', '/usr/include'];

function compare(context: TestContext, name: string, flags: string[]): void {
  needsCompiler(context);
  const { GPM_BYTES: most, ...printed } = JSON.parse(
    spawnSync(compile('layouts.c', name, flags), { encoding: 'utf8' }).stdout,
  ) as Record<string, number>;
  expect(layouts.GPM_BYTES).toBeGreaterThanOrEqual(most as number);
  const ours = Object.entries(layouts).flatMap(([struct, layout]) =>
    typeof layout === 'object'
      ? Object.entries(layout).map(([key, value]) => [`${struct}.${key}`, value] as const)
      : [],
  );
  const known = ours.filter(([key]) => key in printed);
  expect(Object.fromEntries(known)).toEqual(printed);
  // Versions of the structs without one in their name, lengths, and the record of a driver that no header describes.
  const left = ours.map(([key]) => key).filter((key) => !(key in printed) && !key.startsWith('PROCESS_EARLY_535.'));
  expect(left.sort()).toEqual([
    'GPM.version',
    'GPM_SUPPORT.version',
    'PCI.busIdLength',
    'PROFILE_V2.nameLength',
    'PROFILE_V3.nameLength',
  ]);
}

test('offsets and sizes are those that the C compiler gives these structs', (context) =>
  compare(context, 'layouts', []));

test('and those of the real nvml.h', (context) => {
  const folder = FOLDERS.find((path) => path && existsSync(`${path}/nvml.h`));
  if (folder === undefined) {
    const reason = 'there is no nvml.h here (CUDA, or NVML_INCLUDE=folder)';
    console.info(`skipped: ${context.task.name}: ${reason}`);
    context.skip(reason);
  }
  compare(context, 'layouts-real', ['-DNVML_H', `-I${folder}`]);
});
