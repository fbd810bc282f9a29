import cluster, { type Worker as ClusterWorker } from 'node:cluster';
import { BroadcastChannel, isMainThread, type Worker as Thread, threadId } from 'node:worker_threads';
import { Inbox } from './inbox';
import { GRACE_MILLIS, type Members } from './members';
import { CHANNEL, isPacked, type Message, pack, unpack } from './messages';

/** A way to bridges below this one. */
export interface Downlink {
  ask(ask: number, millis: number): void;
  close(): void;
}

/** The way to the bridge above this one. */
export interface Uplink {
  send(message: Message): void;
  close(): void;
}

/** Whether there is a process or thread above this one that may have a bridge. */
export const isRoot = (): boolean => isMainThread && !cluster.isWorker;

/** The ways to all that is below: a thread has none, since the main thread hears every thread itself. */
export function linkDown(members: Members): Downlink[] {
  if (!isMainThread) return [];
  return [linkToThreads(members), ...(cluster.isPrimary ? [linkToWorkers(members)] : [])];
}

/** The workers of Node's `cluster`. */
function linkToWorkers(members: Members): Downlink {
  const inbox = new Inbox();
  const hear = (worker: ClusterWorker, packed: unknown): void => {
    if (isPacked(packed)) inbox.add(() => read(worker, packed));
  };
  const read = (worker: ClusterWorker, packed: unknown): void => {
    const message = unpack(packed);
    if (message === undefined) return;
    if (message.kind === 'left') members.left({ id: message.from });
    else if ('from' in message) members.join(message.from, linkOf(worker));
    if (message.kind === 'report') members.receive(message.from, message.piece);
  };
  // Not `exit`, after which the worker's last messages may still come.
  const lose = (worker: ClusterWorker): void => inbox.add(() => members.left({ link: linkOf(worker) }));
  cluster.on('message', hear).on('disconnect', lose);
  const send = (message: Message): void => {
    for (const worker of Object.values(cluster.workers ?? {})) {
      if (worker?.isConnected()) worker.send(pack(message), () => {});
    }
  };
  send({ kind: 'who' });
  return {
    ask: (ask, millis) => send({ kind: 'ask', ask, millis }),
    close: () => void cluster.off('message', hear).off('disconnect', lose),
  };
}

const linkOf = ({ id }: ClusterWorker): string => `worker ${id}`;

/** The threads of this process, however deep: all of them answer its main thread. */
function linkToThreads(members: Members): Downlink {
  // Reports don't go by the channel that every thread hears.
  const reports = new Map<number, BroadcastChannel>();
  const inbox = new Inbox();
  const open = (thread: number): void => {
    const hear = (packed: unknown): void => inbox.add(() => readReport(unpack(packed)));
    if (!reports.has(thread)) reports.set(thread, openChannel(reportsOf(thread), hear));
  };
  const readReport = (message: Message | undefined): void => {
    if (message?.kind === 'report') members.receive(message.from, message.piece);
  };
  const lose = (thread: number): void => {
    inbox.add(() => members.left({ link: linkOfThread(thread) }));
    const channel = reports.get(thread);
    // What was sent before the end may be read after it.
    if (channel !== undefined) setTimeout(() => channel.close(), GRACE_MILLIS).unref();
    reports.delete(thread);
  };
  const read = (message: Message): void => {
    if (message.kind === 'left') inbox.add(() => members.left({ id: message.from }));
    else if (message.kind === 'ended') lose(message.thread);
    else if (message.kind === 'hello') {
      members.join(message.from, linkOfThread(message.thread));
      open(message.thread);
    }
  };
  const all = openChannel<Message>(CHANNEL, read);
  const unwatch = watchThreads(lose);
  all.postMessage({ kind: 'who' } satisfies Message);
  return {
    ask: (ask, millis) => all.postMessage({ kind: 'ask', ask, millis } satisfies Message),
    close: () => {
      unwatch();
      for (const channel of [all, ...reports.values()]) channel.close();
    },
  };
}

const reportsOf = (thread: number): string => `${CHANNEL} ${thread}`;

const linkOfThread = (thread: number): string => `thread ${thread}`;

/** Calls back when a thread that this one has started ends. */
function watchThreads(onEnd: (thread: number) => void): () => void {
  const watch = (worker: Thread): void => {
    const thread = worker.threadId;
    worker.once('exit', () => onEnd(thread));
  };
  process.on('worker', watch);
  return () => void process.off('worker', watch);
}

function openChannel<Data>(name: string, read?: (data: Data) => void): BroadcastChannel {
  const channel = new BroadcastChannel(name);
  channel.unref();
  if (read !== undefined) channel.onmessage = (event) => read((event as MessageEvent).data as Data);
  return channel;
}

/** From a worker of `cluster` to its primary, or from a thread to the main thread. */
export function linkUp(from: string, onAsk: (ask: number, millis: number) => void): Uplink {
  const read = (message: Message): void => {
    if (message.kind === 'ask') onAsk(message.ask, message.millis);
  };
  return isMainThread ? linkToPrimary(from, read) : linkToMain(from, read);
}

function linkToPrimary(from: string, read: (message: Message) => void): Uplink {
  const send = (message: Message): void => {
    if (process.connected) process.send?.(pack(message), undefined, undefined, () => {});
  };
  const hello = (): void => send({ kind: 'hello', from, thread: threadId });
  const hear = (packed: unknown): void => {
    const message = unpack(packed);
    if (message?.kind === 'who') hello();
    else if (message !== undefined) read(message);
  };
  process.on('message', hear);
  hello();
  return { send, close: () => void process.off('message', hear) };
}

function linkToMain(from: string, read: (message: Message) => void): Uplink {
  const hello = (): void => all.postMessage({ kind: 'hello', from, thread: threadId } satisfies Message);
  const all = openChannel<Message>(CHANNEL, (message) => (message.kind === 'who' ? hello() : read(message)));
  const reports = openChannel(reportsOf(threadId));
  const unwatch = watchThreads((thread) => all.postMessage({ kind: 'ended', thread } satisfies Message));
  hello();
  return {
    // A report is packed: what is not would be unpacked before it is read, many of them in one turn.
    send: (message) => (message.kind === 'report' ? reports.postMessage(pack(message)) : all.postMessage(message)),
    close: () => {
      unwatch();
      all.close();
      reports.close();
    },
  };
}
