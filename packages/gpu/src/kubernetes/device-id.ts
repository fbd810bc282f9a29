/** The labels by which a device plugin's id is found among our series. */
export function deviceLabels(id: string): Record<string, string> {
  // "::3" is the third replica of a device that is shared in time.
  const [device = id, replica] = id.split('::');
  const shared: Record<string, string> = replica === undefined ? {} : { replica };
  if (device.startsWith('MIG-')) return { mig_device: device, ...shared };
  if (device.startsWith('GPU-')) return { uuid: device, ...shared };
  const [, index, instance, share] = /^nvidia(\d+)(?:\/gi(\d+))?(?:\/vgpu(\d+))?$/.exec(device) ?? [];
  if (index === undefined) return { device_id: device, ...shared };
  return {
    device: index,
    ...(instance === undefined ? {} : { gpu_instance_id: instance }),
    ...(share === undefined ? {} : { replica: share }),
  };
}
