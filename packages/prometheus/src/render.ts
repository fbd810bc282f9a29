import { ByteWriter } from './byte-writer';
import type { Exemplar } from './exemplars';
import type { Families } from './families';
import type { Family, Point, Source } from './family';
import type { Format } from './format';
import { createPacer } from './pacer';
import type { RenderOptions } from './render-options';
import { FamilySeries } from './series';
import type { TextPrinter } from './text';

const NONE: readonly Exemplar[] = [];
/** As much as a socket takes at once, or more: each chunk costs a write. */
const CHUNK_BYTES = 1 << 18;

/** Prints a page as text, in chunks, and lets others have the event loop in between. */
export async function* renderText(
  families: Families,
  printer: TextPrinter,
  format: Format,
  options: RenderOptions,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const pacer = createPacer();
  const writer = new ByteWriter();
  for (const family of families) {
    for (const _ of writeFamily(writer, family, printer, format, options)) {
      if (writer.length >= CHUNK_BYTES) yield writer.take();
      if (pacer.due()) await pacer.rest();
    }
  }
  writer.text(printer.end);
  yield writer.take();
}

/** Writes a family, and stops after every batch of series. */
function* writeFamily(
  writer: ByteWriter,
  family: Family,
  printer: TextPrinter,
  format: Format,
  options: RenderOptions,
): Generator<void> {
  const print = printer.series(family, writer);
  const distinct = new FamilySeries(family, format, options);
  // Without a series there is no head either.
  let head = printer.head(family);
  for (const source of family.sources) {
    const exemplarsOf = printer.hasExemplars ? exemplarFinder(source, options) : undefined;
    const series = distinct.of(source);
    let current: Point | undefined;
    let index = 0;
    const write = (): void => series.write(writer, current as Point, index);
    for (const [points, done] of series.batches()) {
      index = done;
      for (current of points) {
        const start = writer.length;
        writer.text(head);
        if (print(write, current.value, exemplarsOf?.(current.attributes) ?? NONE)) {
          head = '';
        } else {
          writer.cut(start);
          distinct.refuse(series.textOf(current), 'OpenMetrics has no such value of a counter');
        }
        index += 1;
      }
      yield;
    }
  }
}

export function exemplarFinder(
  { instrument }: Source,
  { findExemplars }: RenderOptions,
): ((attributes: Point['attributes']) => readonly Exemplar[]) | undefined {
  if (instrument === undefined || findExemplars === undefined) return undefined;
  return (attributes) => findExemplars(instrument, attributes);
}
