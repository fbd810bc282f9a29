import type Anthropic from '@anthropic-ai/sdk';
import { MODEL } from './sse.ts';

// This file is loaded twice, once for the bare client and once for the watched one, so that neither spoils
// what the engine has learnt about the other.

const REQUEST = { model: MODEL, max_tokens: 1024, messages: [{ role: 'user' as const, content: 'Say hello.' }] };

/** Reads `count` streams to their ends, one after the other; returns the events seen. */
export async function readStreams(client: Anthropic, count: number): Promise<number> {
  let events = 0;
  for (let stream = 0; stream < count; stream++) events += await readStream(client);
  return events;
}

/** Reads one stream to its end; returns the events seen. */
export async function readStream(client: Anthropic): Promise<number> {
  let events = 0;
  for await (const event of await openStream(client)) if (event.type !== undefined) events += 1;
  return events;
}

/** Starts a streamed call. */
export function openStream(client: Anthropic): ReturnType<typeof create> {
  return create(client);
}

const create = (client: Anthropic) => client.messages.create({ ...REQUEST, stream: true });

/** Makes `count` plain calls, one after the other; returns the answers seen. */
export async function readPlain(client: Anthropic, count: number): Promise<number> {
  let answers = 0;
  for (let call = 0; call < count; call++) {
    const answer = await client.messages.create(REQUEST);
    answers += answer.content.length;
  }
  return answers;
}
