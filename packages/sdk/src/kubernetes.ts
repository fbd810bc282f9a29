import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import type { ResourceDetector } from '@opentelemetry/resources';
import type { Environment } from './environment';

const NAMESPACE_FILE = '/var/run/secrets/kubernetes.io/serviceaccount/namespace';

/** From the downward API; each list is the names in use for one variable. */
const VARIABLES = {
  'k8s.pod.name': ['K8S_POD_NAME', 'POD_NAME'],
  'k8s.pod.uid': ['K8S_POD_UID', 'POD_UID'],
  'k8s.namespace.name': ['K8S_NAMESPACE_NAME', 'POD_NAMESPACE'],
  'k8s.node.name': ['K8S_NODE_NAME', 'NODE_NAME'],
  'k8s.container.name': ['K8S_CONTAINER_NAME'],
} as const;

/**
 * The pod that this is. Beside the variables, Kubernetes itself gives the pod's name as the host's, unless the pod
 * overrides it, and the namespace in the file of the service account.
 */
export function kubernetesDetector(environment: Environment): ResourceDetector {
  return {
    detect: () => (environment.raw('KUBERNETES_SERVICE_HOST') === undefined ? {} : { attributes: find(environment) }),
  };
}

function find(environment: Environment): Record<string, string> {
  const found = Object.entries(VARIABLES).flatMap(([attribute, names]) => {
    const value = names.map((name) => environment.raw(name)).find((one) => one !== undefined);
    return value === undefined ? [] : [[attribute, value] as const];
  });
  const namespace = readNamespace();
  return {
    'k8s.pod.name': hostname(),
    ...(namespace !== undefined && { 'k8s.namespace.name': namespace }),
    ...Object.fromEntries(found),
  };
}

function readNamespace(): string | undefined {
  try {
    return readFileSync(NAMESPACE_FILE, 'utf8').trim() || undefined;
  } catch {
    return undefined;
  }
}
