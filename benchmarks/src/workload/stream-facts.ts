import type OpenAI from 'openai';
import type { ServerLog } from './server-process.ts';

/** The numbers of one stream, in milliseconds. */
export interface StreamFacts {
  readonly firstToken: number;
  readonly firstOutputToken: number;
  readonly gaps: readonly number[];
  readonly duration: number;
}

const TOKEN = /"(reasoning_)?content":"[^"]/;
const OUTPUT_TOKEN = /"content":"[^"]/;

/** What a list of chunks and times comes to for a stream that was asked for at `startedAt`. */
export function factsOf({ chunks, endedAt }: ServerLog, startedAt: number): StreamFacts {
  const tokens = chunks.filter(({ data }) => TOKEN.test(data));
  return {
    firstToken: tokens[0]!.at - startedAt,
    firstOutputToken: tokens.find(({ data }) => OUTPUT_TOKEN.test(data))!.at - startedAt,
    gaps: tokens.slice(1).map(({ at }, index) => at - tokens[index]!.at),
    duration: endedAt - startedAt,
  };
}

/** Reads a stream to its end, with the time of each chunk as the application's own clock has it. */
export async function seenByApplication(
  id: string,
  stream: AsyncIterable<OpenAI.ChatCompletionChunk>,
): Promise<ServerLog> {
  const chunks: { at: number; chunk: OpenAI.ChatCompletionChunk }[] = [];
  for await (const chunk of stream) chunks.push({ at: wallClock(), chunk });
  const endedAt = wallClock();
  return { id, endedAt, chunks: chunks.map(({ at, chunk }) => ({ at, data: JSON.stringify(chunk) })) };
}

const wallClock = (): number => performance.timeOrigin + performance.now();
