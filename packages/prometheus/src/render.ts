import type { Exemplar } from './exemplars';
import type { Families } from './families';
import type { Family, Point, Source } from './family';
import type { Format } from './format';
import type { RenderOptions } from './render-options';
import { FamilySeries } from './series';
import type { TextPrinter } from './text';

const NONE: readonly Exemplar[] = [];
/** Characters that become bytes together: the fewer there are, the less of them is garbage before it is swept up. */
const CHUNK_CHARACTERS = 1 << 16;
const NOTHING = new Uint8Array();
const encoder = new TextEncoder();

/** Prints a page as text, some series at a time: what comes out of one step may be nothing yet. */
export function* renderText(
  families: Families,
  printer: TextPrinter,
  format: Format,
  options: RenderOptions,
): Generator<Uint8Array<ArrayBuffer>> {
  let text = '';
  for (const family of families) {
    for (const lines of familyLines(family, printer, format, options)) {
      text += lines;
      const isFull = text.length >= CHUNK_CHARACTERS;
      yield isFull ? encoder.encode(text) : NOTHING;
      if (isFull) text = '';
    }
  }
  yield encoder.encode(text + printer.end);
}

/** The lines of a family, a batch of series at a time. */
function* familyLines(family: Family, printer: TextPrinter, format: Format, options: RenderOptions): Generator<string> {
  const print = printer.series(family);
  const distinct = new FamilySeries(family, format, options);
  // Without a series there is no head either.
  let head = printer.head(family);
  for (const source of family.sources) {
    const exemplarsOf = printer.hasExemplars ? exemplarFinder(source, options) : undefined;
    const series = distinct.of(source);
    for (const [points, done] of series.batches()) {
      let text = '';
      for (let index = 0; index < points.length; index++) {
        const point = points[index] as Point;
        const labels = series.textOf(point, done + index);
        const exemplars = exemplarsOf?.(point) ?? NONE;
        const lines = series.hasHeads
          ? print.after(labels, point.value as number, exemplars)
          : print.of(labels, point.value, exemplars);
        if (lines === undefined) distinct.refuse(labels, 'OpenMetrics has no such value of a counter');
        else text += lines;
      }
      yield text === '' ? text : head + text;
      if (text !== '') head = '';
    }
  }
}

/** Gives the exemplars of a point; `undefined` where none are wanted. */
export function exemplarFinder(
  { instrument }: Source,
  { findExemplars }: Pick<RenderOptions, 'findExemplars'>,
): ((point: Point) => readonly Exemplar[]) | undefined {
  return findExemplars && ((point) => findExemplars(instrument, point));
}
