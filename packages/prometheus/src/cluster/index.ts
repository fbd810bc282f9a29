export { ClusterBridge, type ClusterBridgeOptions } from './cluster-bridge';
export type { GaugeRule } from './merge';
