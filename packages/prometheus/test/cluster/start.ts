import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { onTestFinished } from 'vitest';
import type { ClusterBridgeOptions } from '../../src/cluster/index';
import { parsePage, type Sample } from '../parse-page';
import type { Answer, Order } from './orders';

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

/** The packages of the matrix' second leg, where that is the one that runs. */
const leg = Object.fromEntries(
  ['api', 'sdk-metrics'].flatMap((name) =>
    process.env.OTEL_LEG === '2'
      ? [[`@opentelemetry/${name}`, path(`../../../testing/sdk-2/node_modules/@opentelemetry/${name}`)]]
      : [],
  ),
);

/** Bundles the application, since Node does not run the sources as they are; gives the file. */
export async function bundleApp(): Promise<string> {
  const outDir = path(`../../.cache/cluster-${process.env.OTEL_LEG ?? '3'}`);
  await build({
    configFile: false,
    logLevel: 'error',
    root: path('.'),
    resolve: { alias: { '@grump/llm-otel-core': path('../../../core/src/index.ts'), ...leg } },
    build: { ssr: path('app.ts'), outDir, emptyOutDir: true, target: 'node20', minify: false },
  });
  return `${outDir}/app.js`;
}

export interface App {
  /** Has the primary do something. */
  order(order: Order): Promise<Answer>;
  /** Starts a worker and gives what orders it about. */
  fork(): Promise<(order: Order) => Promise<Answer>>;
  /** Starts a thread of the primary. */
  spawn(): Promise<(order: Order) => Promise<Answer>>;
  /** The page of the primary. */
  page(): Promise<Sample[]>;
}

/** Starts the application, killed with the test. If it is `late`, the primary has its bridge when it first needs it. */
export async function startApp(
  file: string,
  options: ClusterBridgeOptions = {},
  { late = false }: { late?: boolean } = {},
): Promise<App> {
  const child = fork(file, { env: { ...process.env, BRIDGE: JSON.stringify(options), LATE: late ? '1' : '' } });
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await once(child, 'exit');
  });
  await once(child, 'message');
  let last: Promise<Answer> = Promise.resolve({});
  const order = (wanted: Order): Promise<Answer> => {
    last = last.then(() => ask(child, wanted));
    return last;
  };
  const below = async (kind: 'worker' | 'thread') => {
    const { index = 0 } = await order(kind === 'worker' ? { fork: true } : { spawn: true });
    return (wanted: Order) => order({ [kind]: index, order: wanted } as unknown as Order);
  };
  return {
    order,
    fork: () => below('worker'),
    spawn: () => below('thread'),
    page: async () => parsePage((await order({ page: true })).page ?? ''),
  };
}

async function ask(child: ChildProcess, order: Order): Promise<Answer> {
  child.send({ of: 'app', order });
  for (;;) {
    const [message] = (await once(child, 'message')) as [{ of?: string; answer?: Answer }];
    if (message.of === 'app') return message.answer ?? {};
  }
}
