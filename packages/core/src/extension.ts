// What a descriptor that extends its clients works with.

export type { ClientWatch } from './client-watch';
export { followAnew } from './follow-anew';
export { replace as replaceMethod } from './stand-in';
