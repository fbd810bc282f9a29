import { ATTR_SERVICE_NAME } from '@opentelemetry/semantic-conventions';
import type { Environment } from './environment';
import type { RegisterOptions } from './options';

export type ToldAttributes = Readonly<Record<string, string | number | boolean>>;

/**
 * What options and variables say of who sends: options over `OTEL_SERVICE_NAME` over `listed`, the attributes of a
 * configuration file, over `OTEL_RESOURCE_ATTRIBUTES`.
 */
export function toldAttributes(
  { serviceName, resourceAttributes }: Pick<RegisterOptions, 'serviceName' | 'resourceAttributes'>,
  environment: Environment,
  listed: ToldAttributes = {},
): ToldAttributes {
  const named = environment.raw('OTEL_SERVICE_NAME');
  return {
    ...environment.pairs('OTEL_RESOURCE_ATTRIBUTES'),
    ...listed,
    ...(named !== undefined && { [ATTR_SERVICE_NAME]: named }),
    ...resourceAttributes,
    ...(serviceName !== undefined && { [ATTR_SERVICE_NAME]: serviceName }),
  };
}
