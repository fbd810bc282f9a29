import type { FamilySnapshot } from './family';

/** Something with families of metrics: a `PrometheusBridge`. */
export interface FamilySource {
  families(): Promise<readonly FamilySnapshot[]>;
}
