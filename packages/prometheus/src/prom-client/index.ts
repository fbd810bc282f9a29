export type { Exemplar, FamilyProducer, FamilySnapshot } from '../family';
export type { FamilySource } from '../family-source';
export { NameClashError } from './clashes';
export { type CollectIntoOptions, type Collecting, collectInto } from './collect-into';
export { createRegistryFamilies, createRegistryProducer, type RegistryProducerOptions } from './producer';
export type { PromClientRegistry } from './registry';
export { withSummaries } from './summary';
