import type { ResourceDetector } from '@opentelemetry/resources';
import { nextTurn } from './next-turn';

const CONTAINER_ID = 'container.id';

/** `container.id`, found by OpenTelemetry's own detector, which is loaded after `register()` has returned. */
export const containerDetector: ResourceDetector = {
  detect: () => (process.platform === 'linux' ? { attributes: { [CONTAINER_ID]: findId() } } : {}),
};

async function findId(): Promise<string | undefined> {
  await nextTurn();
  const { containerDetector } = await import('@opentelemetry/resource-detector-container');
  const id = await containerDetector.detect().attributes?.[CONTAINER_ID];
  return typeof id === 'string' ? id : undefined;
}
