import type { Agent, AgentOptions } from 'node:https';

/** Who to trust, and who we are, as PEM. */
export interface TlsSettings {
  readonly ca: Buffer | undefined;
  readonly cert: Buffer | undefined;
  readonly key: Buffer | undefined;
}

interface Idle {
  unref?(): unknown;
}

/**
 * Connections that never keep the process alive: while something waits for them, as `forceFlush()` does, a timer of its
 * deadline does. `node:http` is loaded late, so that an instrumentation of it comes first, and not by `import()`, which reads
 * all of its members and so loads the whole of `fetch`.
 */
export function createIdleAgent(tls: TlsSettings): (protocol: string) => Promise<Agent> {
  return async (protocol) => {
    const { Agent: Base } = process.getBuiltinModule(protocol === 'http:' ? 'node:http' : 'node:https') as {
      Agent: new (options: AgentOptions) => Agent;
    };
    const agent = new Base({ keepAlive: true, ...tls });
    const connect = agent.createConnection.bind(agent);
    agent.createConnection = (...parameters) => {
      const socket = connect(...parameters);
      (socket as Idle | undefined)?.unref?.();
      return socket;
    };
    const reuse = agent.reuseSocket.bind(agent);
    agent.reuseSocket = (socket, request) => {
      reuse(socket, request);
      (socket as Idle).unref?.();
    };
    return agent;
  };
}

interface Retrying {
  retry?(data: Uint8Array, timeoutMillis: number, inMillis: number): Promise<unknown>;
  readonly _transport?: { send(data: Uint8Array, timeoutMillis: number): Promise<unknown> };
}

/** The same for the exporter's pauses between attempts, where it is built as it is known to be. */
export function idleBetweenAttempts(exporter: object): void {
  const { _delegate } = exporter as { _delegate?: { _transport?: Retrying } };
  const retrying = _delegate?._transport;
  const transport = retrying?._transport;
  if (typeof retrying?.retry !== 'function' || typeof transport?.send !== 'function') return;
  retrying.retry = (data, timeoutMillis, inMillis) =>
    new Promise((resolve, reject) => {
      const again = () => transport.send(data, timeoutMillis).then(resolve, reject);
      setTimeout(again, inMillis).unref();
    });
}
