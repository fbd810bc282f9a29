import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { isolate, registerForTest } from './support/clean';

isolate();

/** A machine with one card, as the kernel's amdgpu driver shows it. */
function machine(): string {
  const root = mkdtempSync(join(tmpdir(), 'llm-otel-sdk-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const device = join(root, 'sys/class/drm/card0/device');
  mkdirSync(device, { recursive: true });
  mkdirSync(join(root, 'amdgpu'));
  symlinkSync(join(root, 'amdgpu'), join(device, 'driver'));
  for (const [name, text] of [
    ['vendor', '0x1002'],
    ['unique_id', 'abc'],
    ['product_name', 'Card'],
    ['gpu_busy_percent', '37'],
  ] as const)
    writeFileSync(join(device, name), text);
  return root;
}

test('gpu: the GPUs are on the page, until the shutdown', async () => {
  const gpu = { root: machine(), isolation: 'inline' };
  const registration = registerForTest({ prometheus: { listen: false }, gpu });
  const page = async () => (await registration.metricsFetch(new Request('http://app/metrics'))).text();
  await vi.waitFor(async () =>
    expect(await page()).toContain('gpu_utilization_percent{device="0",name="Card",uuid="abc"} 37\n'),
  );
  await registration.shutdown();
});

test('gpu: true on a machine without one adds nothing, and metrics: false leaves it out', async () => {
  const registration = registerForTest({ prometheus: { listen: false }, gpu: { root: '/nonexistent' } });
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(await (await registration.metricsFetch(new Request('http://app/metrics'))).text()).not.toContain('gpu_');
  await registration.shutdown();
  await registerForTest({ metrics: false, gpu: true }).shutdown();
});

test('gpu: a wrong value is refused', () => {
  expect(() => registerForTest({ gpu: 'yes' as never })).toThrow(
    "register() got gpu 'yes'; allowed is true, false or an object.",
  );
});
