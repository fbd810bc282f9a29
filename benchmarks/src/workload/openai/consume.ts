import type OpenAI from 'openai';
import { MODEL } from './sse.ts';

// This file is loaded twice, once for the bare client and once for the watched one, so that neither spoils
// what the engine has learnt about the other.

const messages = [{ role: 'user' as const, content: 'Say hello.' }];

/** Reads `count` streams to their ends, one after the other; returns the chunks seen. */
export async function readStreams(client: OpenAI, count: number): Promise<number> {
  let chunks = 0;
  for (let stream = 0; stream < count; stream++) chunks += await readStream(client);
  return chunks;
}

/** Reads one stream to its end; returns the chunks seen. */
export async function readStream(client: OpenAI): Promise<number> {
  let chunks = 0;
  for await (const chunk of await openStream(client)) if (chunk.id !== undefined) chunks += 1;
  return chunks;
}

/** Starts a streamed call. */
export function openStream(client: OpenAI, options?: OpenAI.RequestOptions): ReturnType<typeof create> {
  return create(client, options);
}

const create = (client: OpenAI, options?: OpenAI.RequestOptions) =>
  client.chat.completions.create(
    { model: MODEL, messages, stream: true, stream_options: { include_usage: true } },
    options,
  );

/** Makes `count` plain calls, one after the other; returns the answers seen. */
export async function readPlain(client: OpenAI, count: number): Promise<number> {
  let answers = 0;
  for (let call = 0; call < count; call++) {
    const answer = await client.chat.completions.create({ model: MODEL, messages });
    answers += answer.choices.length;
  }
  return answers;
}
