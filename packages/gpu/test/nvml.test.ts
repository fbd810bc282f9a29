import { beforeEach, expect, test } from 'vitest';
import { FakeMachine, needsCompiler } from './support/fake';
import { byName, measure } from './support/measure';
import { board, expected, machine } from './support/worlds';

beforeEach((context) => needsCompiler(context));

test.each([2, 8])('every value and label of a machine with %i boards is what its driver says', async (count) => {
  const { meter, page } = await measure(new FakeMachine(machine(count)));
  const lines = await page();
  expect(meter.state).toBe('running');
  for (let index = 0; index < count; index++) {
    const { uuid, name } = board(index);
    expect(byName(lines, String(uuid))).toEqual(expected(index));
    const ours = lines.filter(({ labels }) => labels.uuid === uuid);
    expect(new Set(ours.map(({ labels }) => `${labels.device} ${labels.name}`))).toEqual(new Set([`${index} ${name}`]));
  }
  expect(lines.filter(({ labels, name }) => labels.uuid === undefined && !name.startsWith('gpu_collector_'))).toEqual(
    [],
  );
});
