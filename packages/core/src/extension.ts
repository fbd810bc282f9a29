// What a descriptor that extends its clients works with.

export { isApiPromise, type ResponseFollower } from './api-promise';
export type { ClientWatch } from './client-watch';
export { openLedger } from './open-ledger';
export { replace as replaceMethod } from './stand-in';
