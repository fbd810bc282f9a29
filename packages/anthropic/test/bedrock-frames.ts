import { getMinimalSerdeContext } from '@anthropic-ai/bedrock-sdk/core/streaming';

type Marshaller = ReturnType<typeof getMinimalSerdeContext>['eventStreamMarshaller'];
type Frame = ReturnType<Parameters<Marshaller['serialize']>[1]>;

const utf8 = new TextEncoder();

const headersOf = (texts: Readonly<Record<string, string>>): Frame['headers'] =>
  Object.fromEntries(Object.entries(texts).map(([name, value]) => [name, { type: 'string', value }]));

/** An event of the Messages API, as Bedrock wraps it up. */
export const chunk = (event: unknown): Frame => ({
  headers: headersOf({ ':message-type': 'event', ':event-type': 'chunk', ':content-type': 'application/json' }),
  body: utf8.encode(JSON.stringify({ bytes: Buffer.from(JSON.stringify(event)).toString('base64'), p: 'abcd' })),
});

/** What Bedrock sends where a stream breaks off. */
export const exception = (type: string, message: string): Frame => ({
  headers: headersOf({ ':message-type': 'exception', ':exception-type': type, ':content-type': 'application/json' }),
  body: utf8.encode(JSON.stringify({ message })),
});

/** The body of a streamed answer: frames in AWS's encoding, by the SDK's own codec. */
export function eventStream(frames: readonly Frame[]): ReadableStream<Uint8Array> {
  const source = (async function* () {
    yield* frames;
  })();
  const bytes = getMinimalSerdeContext().eventStreamMarshaller.serialize(source, (frame: Frame) => frame);
  return ReadableStream.from(bytes as AsyncIterable<Uint8Array>);
}
