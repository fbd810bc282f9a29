import type { Attributes } from '@opentelemetry/api';
import { boundProcesses } from './bound-processes';
import { type Convention, KEYS, ROWS, type ValueKey } from './conventions';
import type { ConventionsOption, Settings } from './options';
import type { GpuDevice } from './source';

/** One value as an instrument takes it. */
export interface Series {
  readonly name: string;
  readonly value: number;
  readonly attributes: Attributes;
}

/** Reads what is not a driver's; it may reject, without harm. */
export type ReadSeries = () => Promise<readonly Series[]>;

/** All values of devices, by the names that were asked for. */
export function seriesOf(
  devices: readonly GpuDevice[],
  settings: Pick<Settings, 'conventions' | 'processes'>,
): Series[] {
  return devices.flatMap((device) => [
    ...fixedSeries(device, settings.conventions),
    ...(settings.conventions === 'hw' ? [] : labelledSeries(device, settings)),
  ]);
}

function fixedSeries(device: GpuDevice, conventions: ConventionsOption): Series[] {
  const series: Series[] = [];
  const [ours, base] = [gpuLabels(device), hwAttributes(device)];
  for (const key of KEYS) {
    const value = device.values[key];
    if (value === undefined) continue;
    const row = ROWS[key];
    if (conventions !== 'hw' && row.name !== undefined)
      series.push({ name: row.name, value, attributes: row.labels ? { ...ours, ...row.labels } : ours });
    if (conventions !== 'gpu' && row.hw !== undefined) series.push(hwSeries(row.hw, value, base, device));
  }
  return series;
}

function labelledSeries(device: GpuDevice, { processes }: Pick<Settings, 'processes'>): Series[] {
  const labels = gpuLabels(device);
  return boundProcesses(device.labelled ?? [], processes).flatMap(({ key, value, labels: own }) => {
    const { name } = ROWS[key];
    return name === undefined ? [] : [{ name, value, attributes: { ...labels, ...own } }];
  });
}

function hwSeries(
  { name, factor = 1, attributes, sensor }: NonNullable<Convention['hw']>,
  value: number,
  base: Attributes,
  device: GpuDevice,
): Series {
  const ofGpu = name.startsWith('hw.gpu.') ? base : pick(base, ['hw.id', 'hw.name', 'hw.parent']);
  const own =
    sensor === undefined
      ? ofGpu
      : {
          ...ofGpu,
          'hw.id': `${device.uuid}/${sensor}`,
          'hw.parent': device.uuid,
          'hw.sensor_location': sensor,
        };
  return { name, value: value * factor, attributes: { ...own, ...attributes } };
}

function pick(attributes: Attributes, keys: readonly string[]): Attributes {
  return Object.fromEntries(keys.flatMap((key) => (attributes[key] === undefined ? [] : [[key, attributes[key]]])));
}

/** Labels of a device; what is not known is left out. */
function gpuLabels({ index, name, uuid, mig }: GpuDevice): Attributes {
  const slice = mig && {
    mig_device: mig.device,
    mig_profile: mig.profile,
    gpu_instance_id: String(mig.instance),
  };
  return { device: index, ...(name && { name }), ...(uuid && { uuid }), ...slice };
}

function hwAttributes({ uuid, name, vendor, driverVersion, mig, index }: GpuDevice): Attributes {
  const id = mig?.device || uuid || `gpu ${index}`;
  return {
    'hw.id': id,
    ...(name && { 'hw.name': name, 'hw.model': name }),
    'hw.vendor': vendor,
    ...(driverVersion && { 'hw.driver_version': driverVersion }),
    ...(mig && { 'hw.parent': uuid }),
  };
}

/** Every name of ours that needs an instrument, with the row that describes it. */
export function instrumentRows(): Map<string, Convention> {
  const rows = new Map<string, Convention>();
  for (const key of KEYS as readonly ValueKey[]) {
    const row = ROWS[key];
    if (row.name !== undefined && !rows.has(row.name)) rows.set(row.name, row);
  }
  return rows;
}
