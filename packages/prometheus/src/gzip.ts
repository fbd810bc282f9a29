/** Whether this runtime can compress. */
export const canGzip = (): boolean => typeof CompressionStream === 'function';

/** Compresses on another thread, where the runtime has one for that. */
export async function* gzip(chunks: AsyncIterable<Uint8Array<ArrayBuffer>>): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const { readable, writable } = new CompressionStream('gzip');
  const fed = feed(writable.getWriter(), chunks);
  // The fault arrives through `readable` too, and is told there.
  fed.catch(() => {});
  const reader = readable.getReader();
  for (let result = await reader.read(); !result.done; result = await reader.read()) {
    yield result.value as Uint8Array<ArrayBuffer>;
  }
  await fed;
}

async function feed(
  writer: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>,
  chunks: AsyncIterable<Uint8Array<ArrayBuffer>>,
): Promise<void> {
  try {
    for await (const chunk of chunks) await writer.write(chunk);
    await writer.close();
  } catch (fault) {
    await writer.abort(fault);
    throw fault;
  }
}
