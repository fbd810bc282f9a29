// What the packages of this project know each other by.

export type { CallListener, SeenCall } from './call-source';
export { type Exemplar, type ExemplarListener, subscribeExemplars } from './exemplars';
export { preferMeterProvider } from './pipeline';
export { subscribeCalls } from './subscribe-calls';
export { type WrappedClient, wrappedClients } from './wrapped-clients';
