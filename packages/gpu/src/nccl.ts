import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { NcclOptions } from './options';
import type { ReadSeries, Series } from './series';

const CHUNK = 1 << 20;

interface Tail {
  offset: number;
  rest: string;
}

interface Sums {
  send: number;
  recv: number;
}

/** A line of NCCL's Inspector plugin in JSON mode; only what is read of it. */
interface Line {
  readonly header?: { readonly rank?: number };
  readonly coll_perf?: { readonly coll_msg_size_bytes?: number };
  readonly p2p_perf?: { readonly p2p?: string; readonly p2p_msg_size_bytes?: number };
}

/**
 * Adds up message sizes by rank. A lower bound: the plugin leaves out small operations and those without a kernel's timing,
 * and a message is not what goes over the wire.
 */
export function createNcclSeries({ directory }: NcclOptions): ReadSeries {
  const tails = new Map<string, Tail>();
  const sums = new Map<string, Sums>();
  return async () => {
    for (const name of await readdir(directory))
      if (/\.(log|jsonl?)$/.test(name)) await follow(join(directory, name), tails, (line) => add(line, sums));
    return Array.from(sums, ([rank, { send, recv }]): Series[] => [
      { name: 'gpu_nccl_send_bytes_total', value: send, attributes: { rank } },
      { name: 'gpu_nccl_recv_bytes_total', value: recv, attributes: { rank } },
    ]).flat();
  };
}

/** Reads what was appended since the last time, a piece at a time. */
async function follow(path: string, tails: Map<string, Tail>, take: (line: string) => void): Promise<void> {
  const tail = tails.get(path) ?? { offset: 0, rest: '' };
  tails.set(path, tail);
  const file = await open(path);
  try {
    const { size } = await file.stat();
    if (size < tail.offset) Object.assign(tail, { offset: 0, rest: '' });
    while (tail.offset < size) {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(Math.min(CHUNK, size - tail.offset)), {
        position: tail.offset,
      });
      if (bytesRead === 0) return;
      tail.offset += bytesRead;
      const lines = (tail.rest + buffer.toString('latin1', 0, bytesRead)).split('\n');
      tail.rest = lines.pop() ?? '';
      for (const line of lines) take(line);
    }
  } finally {
    await file.close();
  }
}

function add(text: string, sums: Map<string, Sums>): void {
  const line = parse(text);
  const rank = line?.header?.rank;
  if (line === undefined || typeof rank !== 'number') return;
  const sum = sums.get(String(rank)) ?? { send: 0, recv: 0 };
  sums.set(String(rank), sum);
  const { coll_msg_size_bytes: both = 0 } = line.coll_perf ?? {};
  const { p2p, p2p_msg_size_bytes: one = 0 } = line.p2p_perf ?? {};
  if (Number.isFinite(both)) sum.send += both;
  if (Number.isFinite(both)) sum.recv += both;
  if (p2p === 'Send' && Number.isFinite(one)) sum.send += one;
  if (p2p === 'Recv' && Number.isFinite(one)) sum.recv += one;
}

function parse(text: string): Line | undefined {
  try {
    return JSON.parse(text) as Line;
  } catch {
    return undefined;
  }
}
