import { COLUMNS, type Column, type Row } from './columns.ts';

/** What a piece of text is, for whoever colours it. */
export type Role = 'head' | 'model' | 'fault';
export type Paint = (role: Role, text: string) => string;

/** A column ready to print: two lines of heading and a cell per row, all of one width. */
interface Strip {
  readonly width: number;
  readonly head: readonly string[];
  readonly cells: readonly string[];
}

/** The lines of the table, none wider than `width`: a row is one line, or several where that is too narrow. */
export function layOut(rows: readonly Row[], width: number, paint: Paint): string[] {
  const strips = COLUMNS.map((column) => stripOf(column, rows, paint));
  const nameWidth = Math.max(...rows.map(({ model }) => model.length), 5);
  const room = width - nameWidth - strips.reduce((total, strip) => total + strip.width, 0);
  const gap = Math.min(2, Math.floor(room / strips.length));
  if (gap < 1) return layOutNarrow(rows, strips, width, paint);
  const names: Strip = {
    width: nameWidth,
    head: ['', 'model'].map((text) => text.padEnd(nameWidth)),
    cells: rows.map(({ model }) => paint('model', model.padEnd(nameWidth))),
  };
  const all = [names, ...strips];
  return [...headsOf(all, gap, paint), ...rows.map((_, index) => join(all, gap, ({ cells }) => cells[index]))];
}

/** Cuts a text that is too long, and shows that. */
function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;
}

/** The name of a row on a line of its own, its figures below, on as many lines as they need. */
function layOutNarrow(rows: readonly Row[], strips: readonly Strip[], width: number, paint: Paint): string[] {
  const blocks = pack(strips, width);
  const figures = (index: number) => blocks.map((block) => join(block, 1, ({ cells }) => cells[index]));
  return [
    ...blocks.flatMap((block) => headsOf(block, 1, paint)),
    ...rows.flatMap(({ model }, index) => [paint('model', cut(model, width)), ...figures(index)]),
  ];
}

function stripOf({ head, cell, isFault }: Column, rows: readonly Row[], paint: Paint): Strip {
  const texts = rows.map(cell);
  const width = Math.max(...[...head, ...texts].map(({ length }) => length));
  const cells = rows.map((row, index) => {
    const text = (texts[index] ?? '').padStart(width);
    return isFault?.(row) ? paint('fault', text) : text;
  });
  return { width, head: head.map((text) => text.padStart(width)), cells };
}

const headsOf = (strips: readonly Strip[], gap: number, paint: Paint): string[] =>
  [0, 1]
    .map((line) => join(strips, gap, ({ head }) => head[line]))
    .filter((line) => line !== '')
    .map((line) => paint('head', line));

const join = (strips: readonly Strip[], gap: number, text: (strip: Strip) => string | undefined): string =>
  strips.map(text).join(' '.repeat(gap)).trimEnd();

/** Puts columns one after another, one space between, into blocks no wider than `width`. */
function pack(strips: readonly Strip[], width: number): Strip[][] {
  const blocks: Strip[][] = [];
  let used = width;
  for (const strip of strips) {
    if (used + 1 + strip.width > width) blocks.push([]);
    const block = blocks.at(-1) ?? [];
    used = block.length === 0 ? strip.width : used + 1 + strip.width;
    block.push(strip);
  }
  return blocks;
}
