import { compress } from 'snappyjs';
import type { FamilySnapshot } from '../family';
import { createPacer } from '../pacer';
import { samplesOf } from '../samples-of';
import { type Batch, encodeRequest, type RemoteWriteVersion, type WrittenSample } from './write-request';

/** Makes the body of a request, and lets others have the event loop in between. */
export async function bodyOf(batch: Batch, version: RemoteWriteVersion): Promise<Uint8Array> {
  const pacer = createPacer();
  await pacer.rest();
  const steps = encodeRequest(batch, version);
  let step = steps.next();
  for (; !step.done; step = steps.next()) if (pacer.due()) await pacer.rest();
  const message = step.value;
  await pacer.rest();
  // Snappy's block format.
  return compress(message);
}

/** All samples in lots of `size`, those of series that have ended too. */
export function* portions(
  families: readonly FamilySnapshot[],
  ended: readonly FamilySnapshot[],
  size: number,
): Generator<Batch['samples']> {
  let portion: WrittenSample[] = [];
  for (const written of both(families, ended)) {
    portion.push(written);
    if (portion.length < size) continue;
    yield portion;
    portion = [];
  }
  if (portion.length > 0) yield portion;
}

function* both(families: readonly FamilySnapshot[], ended: readonly FamilySnapshot[]): Generator<WrittenSample> {
  yield* each(families, false);
  yield* each(ended, true);
}

function* each(families: readonly FamilySnapshot[], hasEnded: boolean): Generator<WrittenSample> {
  for (const family of families) {
    for (const sample of samplesOf(family)) yield { sample, family, hasEnded };
  }
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
