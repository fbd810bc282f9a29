import { type Resource, resourceFromAttributes } from '@opentelemetry/resources';
import { ATTR_SERVICE_INSTANCE_ID } from '@opentelemetry/semantic-conventions';

/** A resource that tells this isolate from others, which count for themselves. */
export interface Instance {
  readonly resource: Resource;
  /** Chooses the id, within a request: while a Worker starts there is no randomness. */
  choose(): Promise<void>;
}

export function createInstance(base: Resource): Instance {
  let tell: (id: string) => void = () => {};
  const id = new Promise<string>((resolve) => {
    tell = resolve;
  });
  const known = base.attributes[ATTR_SERVICE_INSTANCE_ID] !== undefined;
  const resource = known ? base : base.merge(resourceFromAttributes({ [ATTR_SERVICE_INSTANCE_ID]: id }));
  return {
    resource,
    choose: async () => {
      tell(crypto.randomUUID());
      await resource.waitForAsyncAttributes?.();
    },
  };
}
