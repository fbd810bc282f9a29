import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Scenario } from '@grump/llm-otel-testing';

/** What the server did for one request. Times are milliseconds since 1970. */
export interface ServerLog {
  /** The request's header `x-stream`. */
  readonly id: string;
  readonly chunks: readonly { readonly at: number; readonly data: string }[];
  readonly endedAt: number;
}

export interface ServerProcess {
  readonly baseURL: string;
  log(): Promise<readonly ServerLog[]>;
  stop(): void;
}

/** Starts the mock NIM in a process of its own. */
export async function startServer(scenario: Scenario): Promise<ServerProcess> {
  const path = fileURLToPath(new URL('server.ts', import.meta.url));
  const server = fork(path, [JSON.stringify(scenario)], {
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const [baseURL] = (await once(server, 'message')) as [string];
  return {
    baseURL,
    async log() {
      server.send('log');
      return (await once(server, 'message'))[0] as readonly ServerLog[];
    },
    stop: () => server.kill(),
  };
}
