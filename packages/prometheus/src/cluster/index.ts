export type { Collection } from '../collection';
export { ClusterBridge, type ClusterBridgeOptions } from './cluster-bridge';
export type { GaugeRule } from './merge';
