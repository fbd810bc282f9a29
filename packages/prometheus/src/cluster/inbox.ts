import { createPacer } from '../pacer';

/** Reads messages one after the other, and lets others have the event loop in between: many may come at once. */
export class Inbox {
  readonly #waiting: (() => void)[] = [];
  #isBusy = false;

  /** Has `read` called after all that came before it; it must not throw. */
  add(read: () => void): void {
    this.#waiting.push(read);
    if (!this.#isBusy) void this.#readAll();
  }

  async #readAll(): Promise<void> {
    this.#isBusy = true;
    const pacer = createPacer();
    await pacer.rest();
    for (let read = this.#waiting.shift(); read !== undefined; read = this.#waiting.shift()) {
      read();
      if (pacer.due()) await pacer.rest();
    }
    this.#isBusy = false;
  }
}
