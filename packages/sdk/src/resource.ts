import {
  defaultResource,
  detectResources,
  hostDetector,
  osDetector,
  processDetector,
  type Resource,
  type ResourceDetector,
  resourceFromAttributes,
  serviceInstanceIdDetector,
} from '@opentelemetry/resources';
import { containerDetector } from './container';
import type { Environment } from './environment';
import { kubernetesDetector } from './kubernetes';
import type { RegisterOptions } from './options';
import { DETECTORS, type DetectorName } from './rules';
import { type ToldAttributes, toldAttributes } from './told-attributes';

/**
 * Who sends: options over `OTEL_SERVICE_NAME` over `OTEL_RESOURCE_ATTRIBUTES` over what the detectors find over
 * `unknown_service`. `listed` are the attributes of a configuration file.
 */
export function readResource(options: RegisterOptions, environment: Environment, listed?: ToldAttributes): Resource {
  const told = toldAttributes(options, environment, listed);
  const detectors = detectorNames(options, environment).flatMap((name) => FIND[name](environment));
  return defaultResource().merge(detectResources({ detectors })).merge(resourceFromAttributes(told));
}

function detectorNames(options: RegisterOptions, environment: Environment): readonly DetectorName[] {
  const listed = environment.wordsOrNone('OTEL_NODE_RESOURCE_DETECTORS', [...DETECTORS, 'all'] as const);
  const words = options.resourceDetectors ?? listed ?? DETECTORS;
  return words.includes('all' as DetectorName) ? DETECTORS : (words as readonly DetectorName[]);
}

const FIND: Record<DetectorName, (environment: Environment) => ResourceDetector[]> = {
  host: () => [hostDetector, osDetector],
  process: () => [processWithoutArguments],
  service: () => [oneInstance],
  container: () => [containerDetector],
  kubernetes: (environment) => [kubernetesDetector(environment)],
};

/** Arguments may hold secrets; the conventions advise against sending them. */
const processWithoutArguments: ResourceDetector = {
  detect: (config) => {
    const { 'process.command_args': _, ...attributes } = processDetector.detect(config).attributes ?? {};
    return { attributes };
  },
};

let instance: ReturnType<ResourceDetector['detect']> | undefined;

/** A process is one instance, however often it registers. */
const oneInstance: ResourceDetector = {
  detect: (config) => {
    instance ??= serviceInstanceIdDetector.detect(config);
    return instance;
  },
};
