import { stripVTControlCharacters, styleText } from 'node:util';
import type { Paint, Role } from './table.ts';

const HIDE_CURSOR = '\x1b[?25l';
const SHOW_CURSOR = '\x1b[?25h';
const CLEAR_LINE = '\x1b[K';
const CLEAR_BELOW = '\x1b[J';

/** A part of the terminal that is drawn again and again in the same place. */
export interface Screen {
  draw(lines: readonly string[]): void;
  /** Leaves what was drawn last, whole, and gives the cursor back. */
  end(): void;
}

const STYLES = { head: 'dim', model: 'bold', fault: 'red' } as const satisfies Record<Role, string>;

/** Colours for standard output, where it takes them: not in a file, not with `NO_COLOR`. */
export const paint: Paint = (role, text) => styleText(STYLES[role], text);

/** Whether standard output is a terminal that can be drawn on. */
export function isTerminal(): boolean {
  return process.stdout.isTTY && process.env.TERM !== 'dumb';
}

/** Characters in a line of the terminal; without one `COLUMNS`, or 120. */
export function width(): number {
  return process.stdout.columns || Number(process.env.COLUMNS) || 120;
}

/** Hides the cursor until `end()` or the end of the process. */
export function openScreen(): Screen {
  let last: readonly string[] = [];
  let drawn: readonly string[] = [];
  const put = (lines: readonly string[]) => {
    process.stdout.write(`${back(drawn)}${lines.map((line) => `${line}${CLEAR_LINE}\n`).join('')}${CLEAR_BELOW}`);
    drawn = lines;
  };
  const showCursor = () => void process.stdout.write(SHOW_CURSOR);
  process.stdout.write(HIDE_CURSOR);
  process.once('exit', showCursor);
  return {
    draw(lines) {
      last = lines;
      // What has scrolled out above the terminal can't be drawn over.
      put(lines.slice(0, process.stdout.rows - 1));
    },
    end() {
      put(last);
      process.off('exit', showCursor);
      showCursor();
    },
  };
}

/** Moves to the start of what was drawn; a terminal that was made narrower has wrapped it. */
function back(drawn: readonly string[]): string {
  const rows = drawn.map((line) => Math.max(1, Math.ceil(stripVTControlCharacters(line).length / width())));
  const count = rows.reduce((total, row) => total + row, 0);
  return count === 0 ? '' : `\x1b[${count}F`;
}
