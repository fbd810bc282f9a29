export type { FamilySource } from '../family-source';
export { deleteFromGateway, type GatewayGroup, type GatewayPush, type PageSource, pushToGateway } from './gateway';
export {
  type RemoteWriteOptions,
  type RemoteWriter,
  type RemoteWriteState,
  startRemoteWrite,
} from './remote-write';
export type { RemoteWriteVersion } from './write-request';
