/** The pod and the container that a process runs in. */
export interface ContainerOfProcess {
  readonly podUid?: string | undefined;
  readonly containerId?: string | undefined;
}

const POD = /pod([0-9a-f]{8}[-_][0-9a-f]{4}[-_][0-9a-f]{4}[-_][0-9a-f]{4}[-_][0-9a-f]{12})/;
const CONTAINER = /(?:^|[/-])([0-9a-f]{64})(?:\.scope)?\s*$/m;

/** Reads the text of `/proc/<pid>/cgroup`, of version 1 or 2; under systemd a pod's id is written with `_`. */
export function readCgroup(text: string): ContainerOfProcess {
  const [, pod] = POD.exec(text) ?? [];
  const [, containerId] = CONTAINER.exec(text) ?? [];
  return { podUid: pod?.replaceAll('_', '-'), containerId };
}
