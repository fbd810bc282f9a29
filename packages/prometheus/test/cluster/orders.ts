import type { ListenOptions } from '../../src/index';

/** What an instrument of the application shall record. */
export interface Measures {
  readonly jobs?: number;
  readonly kind?: string;
  readonly waiting?: number;
  readonly sizes?: readonly number[];
  readonly level?: number | 'NaN';
  readonly heat?: number;
  readonly memory?: number;
}

/** What a process or thread of the application is told to do. */
export type Order =
  | { readonly worker: number; readonly order: Order }
  | { readonly thread: number; readonly order: Order }
  | { readonly fork: true }
  | { readonly spawn: true }
  | { readonly kill: number }
  | { readonly terminate: number }
  | { readonly measure: Measures }
  | { readonly flush: true }
  | { readonly shutdown: true }
  | { readonly block: number }
  | { readonly exit: true }
  | { readonly listen: ListenOptions }
  | { readonly page: true };

export interface Answer {
  readonly page?: string;
  readonly url?: string;
  readonly index?: number;
  readonly pid?: number;
}
