export type { Delivery } from '../deliveries';
export type { DeadlineOptions } from '../registration';
export type { QueueFacts } from '../self-meters';
export type { EdgeOptions, EdgeOtlpOptions } from './options';
export { register, registered } from './register';
export type { EdgeRegistration, EdgeStatus } from './registration';
