import { compress as compressBlock } from 'snappyjs';
import type { FamilySnapshot } from '../family';
import { type Sample, samplesOf } from '../samples-of';
import type { Batch } from './write-request';

/** Lets others have the event loop, then compresses in the block format. */
export async function compress(message: Uint8Array): Promise<Uint8Array> {
  await new Promise((resolve) => setTimeout(resolve));
  return compressBlock(message);
}

/** All samples, in lots of `size`. */
export function* portions(families: readonly FamilySnapshot[], size: number): Generator<Batch['samples']> {
  let portion: { sample: Sample; family: FamilySnapshot }[] = [];
  for (const family of families) {
    for (const sample of samplesOf(family)) {
      portion.push({ sample, family });
      if (portion.length < size) continue;
      yield portion;
      portion = [];
    }
  }
  if (portion.length > 0) yield portion;
}

/** What OpenTelemetry's rules for Prometheus make of the resource. */
export function serviceLabels(families: readonly FamilySnapshot[]): Record<string, string> {
  const target = families.find(({ name }) => name === 'target_info')?.series[0]?.labels ?? {};
  const { service_name: name, service_namespace: namespace, service_instance_id: instance } = target;
  return {
    ...(name !== undefined && { job: namespace === undefined ? name : `${namespace}/${name}` }),
    ...(instance !== undefined && { instance }),
  };
}
