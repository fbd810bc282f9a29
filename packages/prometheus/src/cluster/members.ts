import { type Changes, lasting, mergePaced, noteChanges, type ProcessPart } from './merge';
import type { Report, ReportPiece } from './messages';
import type { MetricPart } from './part';

/** A bridge in a process or thread below this one. */
interface Member {
  readonly link: string;
  report: Report | undefined;
  /** Reports that are not whole yet, by their number. */
  readonly pieces: Map<number, readonly MetricPart[]>;
  readonly changes: Changes;
  /** Did not answer in time: is asked, but no more waited for until it does. */
  silent: boolean;
  leftAt: number | undefined;
}

interface Question {
  readonly number: number;
  readonly waiting: Set<string>;
  readonly done: () => void;
}

/** A message that was sent before an end may be read after it. */
export const GRACE_MILLIS = 1000;
/** Ids of the dead that are remembered, so that such a message counts nothing twice. */
const REMEMBERED = 1000;

/** The bridges below this one: what each reported last, and what those that are gone had counted. */
export class Members {
  readonly #members = new Map<string, Member>();
  readonly #buried = new Set<string>();
  readonly #questions = new Set<Question>();
  #dead: readonly ProcessPart[] = [];
  #tidying: Promise<void> | undefined;
  /** Another bridge of this process asks the same workers. */
  #asked: number = Math.floor(Math.random() * 2 ** 40);

  /** Asks all that are there through `send`; resolves when they have reported, or after `millis`. */
  ask(millis: number, send: (ask: number) => void): Promise<void> {
    this.#bury();
    this.#asked += 1;
    const number = this.#asked;
    const waiting = new Set(this.#present());
    send(number);
    if (waiting.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#give(question, true), millis);
      const done = (): void => {
        clearTimeout(timer);
        resolve();
      };
      const question: Question = { number, waiting, done };
      this.#questions.add(question);
    });
  }

  /** Notes that a bridge is there; `link` is the process or thread that it lives and dies with. */
  join(id: string, link: string): void {
    if (this.#buried.has(id) || this.#members.has(id)) return;
    const pieces = new Map<number, readonly MetricPart[]>();
    const changes: Changes = new Map();
    this.#members.set(id, { link, report: undefined, pieces, changes, silent: false, leftAt: undefined });
  }

  /** Takes a piece of a report; those of one report come in order. */
  receive(id: string, { report, ask, isLast, resource, metrics }: ReportPiece): void {
    const member = this.#members.get(id);
    if (member === undefined) return;
    noteChanges(member.changes, metrics);
    const pieces = [...(member.pieces.get(report) ?? []), ...metrics];
    member.pieces.set(report, pieces);
    if (!isLast) return;
    member.pieces.delete(report);
    member.report = { resource, metrics: pieces };
    member.silent = false;
    for (const question of this.#questions) if (question.number === ask) this.#answered(question, id);
  }

  /** Notes the end of one bridge, or of all that lived in `link`. */
  left({ id, link }: { id?: string; link?: string }): void {
    this.#bury();
    for (const [name, member] of this.#members) {
      if (name !== id && member.link !== link) continue;
      member.leftAt ??= Date.now();
      for (const question of this.#questions) this.#answered(question, name);
    }
  }

  /** Makes one of what those had counted that are gone, and lets others have the event loop in between. */
  tidy(): Promise<void> {
    this.#tidying ??= this.#mergeDead().finally(() => {
      this.#tidying = undefined;
    });
    return this.#tidying;
  }

  async #mergeDead(): Promise<void> {
    const dead = this.#dead;
    if (dead.length < 2) return;
    const metrics = await mergePaced(dead, () => 'sum');
    // Others may have gone meanwhile.
    this.#dead = [{ metrics }, ...this.#dead.slice(dead.length)];
  }

  /** What there is to add to this process' own metrics. */
  parts(): ProcessPart[] {
    const parts = [...this.#dead];
    for (const { report, changes, leftAt } of this.#members.values()) {
      if (report === undefined) continue;
      parts.push(leftAt === undefined ? { ...report, changes } : { metrics: lasting(report.metrics) });
    }
    return parts;
  }

  /** The resources of those that are alive. */
  resources(): Report['resource'][] {
    return Array.from(this.#members.values()).flatMap(({ report, leftAt }) =>
      report === undefined || leftAt !== undefined ? [] : [report.resource],
    );
  }

  #present(): string[] {
    return Array.from(this.#members).flatMap(([id, { silent, leftAt }]) =>
      silent || leftAt !== undefined ? [] : [id],
    );
  }

  #answered(question: Question, id: string): void {
    question.waiting.delete(id);
    if (question.waiting.size === 0) this.#give(question, false);
  }

  #give(question: Question, late: boolean): void {
    this.#questions.delete(question);
    question.done();
    if (!late) return;
    for (const id of question.waiting) {
      const member = this.#members.get(id);
      if (member !== undefined) member.silent = true;
    }
  }

  #bury(): void {
    const before = Date.now() - GRACE_MILLIS;
    for (const [id, { leftAt, report }] of this.#members) {
      if (leftAt === undefined || leftAt > before) continue;
      this.#members.delete(id);
      this.#buried.add(id);
      if (report !== undefined) this.#dead = [...this.#dead, { metrics: lasting(report.metrics) }];
    }
    for (const id of this.#buried) {
      if (this.#buried.size <= REMEMBERED) return;
      this.#buried.delete(id);
    }
  }
}
