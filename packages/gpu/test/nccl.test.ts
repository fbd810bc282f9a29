import { appendFileSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createNcclSeries } from '../src/nccl';

const line = (rank: number, rest: object) =>
  `${JSON.stringify({ header: { id: '0x7f8c496ae9f661', rank, n_ranks: 8, nnodes: 1 }, metadata: { pid: 1 }, ...rest })}\n`;
const coll = (rank: number, bytes: number) =>
  line(rank, { coll_perf: { coll: 'AllReduce', coll_sn: 1, coll_msg_size_bytes: bytes, coll_exec_time_us: 61974 } });
const p2p = (rank: number, what: string, bytes: number) =>
  line(rank, { p2p_perf: { p2p: what, p2p_sn: 1, p2p_peer: 3, p2p_msg_size_bytes: bytes } });

test('sizes of messages are added up by rank, as the files grow', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'llm-otel-nccl-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const file = join(directory, 'host-pid1.log');
  const read = createNcclSeries({ directory });
  const sums = async () =>
    Object.fromEntries(
      (await read()).map(({ name, value, attributes }) => [`${name.slice(9, 13)} ${attributes.rank}`, value]),
    );

  writeFileSync(file, coll(0, 1000) + coll(1, 500) + p2p(0, 'Send', 7) + p2p(0, 'Recv', 3));
  writeFileSync(join(directory, 'notes.txt'), coll(0, 1e9));
  expect(await sums()).toEqual({ 'send 0': 1007, 'recv 0': 1003, 'send 1': 500, 'recv 1': 500 });
  const half = coll(0, 2000);
  appendFileSync(file, half.slice(0, 40));
  expect((await sums())['send 0']).toBe(1007);
  appendFileSync(file, `${half.slice(40)}not json\n{}\n`);
  expect((await sums())['send 0']).toBe(3007);
  // A new run begins the file anew.
  truncateSync(file, 0);
  appendFileSync(file, coll(0, 1));
  expect((await sums())['send 0']).toBe(3008);
});

test('a folder that is not there is an error', async () => {
  await expect(createNcclSeries({ directory: '/nonexistent' })()).rejects.toThrow('ENOENT');
});
