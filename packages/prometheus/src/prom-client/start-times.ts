import type { HrTime } from '@opentelemetry/api';

/** When each series began to count: with the process, or when its total was seen to have fallen. */
export class StartTimes {
  readonly #began: HrTime = epochOf(performance.timeOrigin);
  readonly #series = new Map<string, { total: number; start: HrTime }>();

  of(name: string, labels: Readonly<Record<string, string>>, total: number, now: HrTime): HrTime {
    const id = `${name} ${JSON.stringify(labels)}`;
    const before = this.#series.get(id);
    const start = before === undefined ? this.#began : total < before.total ? now : before.start;
    this.#series.set(id, { total, start });
    return start;
  }
}

const epochOf = (millis: number): HrTime => [Math.trunc(millis / 1000), Math.round((millis % 1000) * 1e6)];
