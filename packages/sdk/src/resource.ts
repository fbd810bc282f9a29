import { getStringFromEnv } from '@opentelemetry/core';
import {
  defaultResource,
  detectResources,
  type Resource,
  resourceAttributesEnvDetector,
  resourceFromAttributes,
  serviceNameEnvDetector,
} from '@opentelemetry/resources';
import { ATTR_SERVICE_NAME } from '@opentelemetry/semantic-conventions';
import type { Environment } from './environment';
import type { RegisterOptions } from './options';

const VARIABLE = 'OTEL_RESOURCE_ATTRIBUTES';

/** Who sends: options over `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES` over `unknown_service`. */
export function readResource(options: RegisterOptions, environment: Environment): Resource {
  const listed = detectResources({ detectors: [resourceAttributesEnvDetector] });
  const raw = getStringFromEnv(VARIABLE);
  // The detector drops a malformed list as a whole, and says so at debug level only.
  if (raw !== undefined && Object.keys(listed.attributes).length === 0) {
    environment.refuse(VARIABLE, raw, 'key=value,key=value, percent-encoded');
  }
  const told = { ...options.resourceAttributes };
  if (options.serviceName !== undefined) told[ATTR_SERVICE_NAME] = options.serviceName;
  return defaultResource()
    .merge(listed)
    .merge(detectResources({ detectors: [serviceNameEnvDetector] }))
    .merge(resourceFromAttributes(told));
}
