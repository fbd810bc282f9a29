import { type Scenario, startMockNim } from '@grump/llm-otel-testing';
import type { ServerLog } from './server-process.ts';

// The mock server in a process of its own, so that its CPU time is not the client's.
const nim = await startMockNim({ respond: JSON.parse(process.argv[2]!) as Scenario });

const wall = (time: number): number => performance.timeOrigin + time;

process.on('message', () => {
  const logs: ServerLog[] = nim.requests.map(({ headers, chunks, endedAt }) => ({
    id: String(headers['x-stream']),
    chunks: chunks.map(({ at, data }) => ({ at: wall(at), data })),
    endedAt: wall(endedAt!),
  }));
  process.send!(logs);
});
process.send!(nim.baseURL);
