import type { KubernetesOptions } from '../options';
import type { ReadSeries, Series } from '../series';
import { deviceLabels } from './device-id';
import { listPodDevices, type PodDevice } from './pod-resources';

const isGpu = ({ resource, id }: PodDevice): boolean => /gpu|nvidia|mig-|amd\.com/i.test(`${resource} ${id}`);

/** `gpu_pod_info`: a series per pod and device, since with time slicing several pods share one. */
export function createPodSeries({ socket }: KubernetesOptions): ReadSeries {
  return async () => (await listPodDevices(socket)).filter(isGpu).map(toSeries);
}

function toSeries({ id, ...pod }: PodDevice): Series {
  return { name: 'gpu_pod_info', value: 1, attributes: { ...pod, ...deviceLabels(id) } };
}
