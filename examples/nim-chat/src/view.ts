import { LEGEND } from './columns.ts';
import type { Reading } from './meter.ts';
import { pause } from './pause.ts';
import { isTerminal, openScreen, paint, width } from './screen.ts';
import { layOut } from './table.ts';
import { wrapWords } from './wrap-words.ts';

const FRAME_MILLIS = 250;
/** Without a terminal, what is shown of so many frames is one. */
const PLAIN_FRAMES = 8;

export interface ViewOptions {
  readonly read: () => Promise<Reading>;
  /** One line on how far things are. */
  readonly status: (isOver: boolean) => string;
  /** The view ends when this is aborted. */
  readonly until: AbortSignal;
}

/** Shows the table until it is told to end: in one place of a terminal, else every two seconds. Returns the last reading. */
export function showTable(options: ViewOptions): Promise<Reading> {
  return isTerminal() ? showLive(options) : showPlain(options);
}

async function showLive({ read, status, until }: ViewOptions): Promise<Reading> {
  const screen = openScreen();
  const frame = (reading: Reading) =>
    screen.draw([status(until.aborted), '', ...tableLines(reading), '', ...legendLines()]);
  try {
    while (!until.aborted) {
      frame(await read());
      await pause(FRAME_MILLIS, until);
    }
    const last = await read();
    frame(last);
    return last;
  } finally {
    screen.end();
  }
}

async function showPlain({ read, status, until }: ViewOptions): Promise<Reading> {
  // Read as often as on a terminal, for the sake of the peaks.
  for (let frame = 1; !until.aborted; frame++) {
    const reading = await read();
    if (frame % PLAIN_FRAMES === 0) print([status(false), ...tableLines(reading), '']);
    await pause(FRAME_MILLIS, until);
  }
  const last = await read();
  print([status(true), ...tableLines(last), '', ...legendLines()]);
  return last;
}

function tableLines({ rows, total, outcomes }: Reading): string[] {
  if (rows.length === 0) return ['No request yet.'];
  const list = outcomes.map((outcome, index) => (index < outcomes.length - 1 ? `${outcome},` : outcome));
  return [...layOut([...rows, ...total], width(), paint), ...wrapWords(['Outcomes:', ...list], width())];
}

const legendLines = (): string[] => wrapWords(LEGEND.split(' '), width()).map((line) => paint('head', line));

/** Prints sentences, broken at the width of the terminal, and indented lines as they are. */
export function say(lines: readonly string[]): void {
  print(lines.flatMap((line) => (line.startsWith(' ') ? [line] : wrapWords(line.split(' '), width()))));
}

function print(lines: readonly string[]): void {
  process.stdout.write(lines.map((line) => `${line}\n`).join(''));
}
