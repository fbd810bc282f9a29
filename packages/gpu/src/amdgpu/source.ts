import type { GpuSource, SourceReading } from '../source';
import { AmdCard } from './card';
import { findCards } from './discover';

const LOOK_UP_MILLIS = 60_000;

/** GPUs of AMD through the files of the kernel's amdgpu driver, which any user may read. */
export class AmdgpuSource implements GpuSource {
  readonly name = 'amdgpu';
  readonly #root: string;
  #cards: readonly AmdCard[] = [];
  #lookUpAt = 0;

  constructor(root: string) {
    this.#root = root;
  }

  poll(nowMillis: number): SourceReading {
    if (nowMillis >= this.#lookUpAt) this.#lookUp(nowMillis);
    const devices = this.#cards.map((card) => card.read());
    const state = devices.length > 0 ? 'up' : 'dormant';
    const reason = devices.length > 0 ? undefined : 'there is no card that the amdgpu driver runs';
    return { source: this.name, state, reason, devices, errors: {} };
  }

  close(): void {
    for (const card of this.#cards) card.close();
    this.#cards = [];
    this.#lookUpAt = 0;
  }

  #lookUp(nowMillis: number): void {
    this.close();
    this.#cards = findCards(this.#root).map((card) => new AmdCard(card));
    this.#lookUpAt = nowMillis + LOOK_UP_MILLIS;
  }
}
