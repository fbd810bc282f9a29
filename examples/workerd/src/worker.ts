import { wrapOpenAI } from '@grump/llm-otel-openai';
import { register } from '@grump/llm-otel-sdk/edge';
import OpenAI from 'openai';

interface Env {
  readonly NIM_BASE_URL: string;
  readonly NVIDIA_API_KEY: string;
}

interface ExecutionContext {
  waitUntil(work: Promise<unknown>): void;
}

type Chunks = AsyncIterable<OpenAI.ChatCompletionChunk>;

const model = 'meta/llama-3.1-8b-instruct';

export default {
  /** `/?q=Hi` answers at once, `/stream?q=Hi` piece by piece. */
  async fetch(request: Request, env: Env, ctx: ExecutionContext): Promise<Response> {
    const telemetry = register({ environment: env });
    const client = wrapOpenAI(new OpenAI({ baseURL: env.NIM_BASE_URL, apiKey: env.NVIDIA_API_KEY }));
    const { pathname, searchParams } = new URL(request.url);
    const messages = [{ role: 'user' as const, content: searchParams.get('q') ?? 'Hi' }];
    if (pathname === '/stream') {
      const chunks = await client.chat.completions.create({
        ...{ model, messages, stream: true },
        stream_options: { include_usage: true },
      });
      const { readable, writable } = new TransformStream<Uint8Array>();
      // Not before the stream is over: only then there is something to send.
      ctx.waitUntil(write(chunks, writable).finally(() => telemetry.forceFlush()));
      return new Response(readable);
    }
    try {
      const { choices } = await client.chat.completions.create({ model, messages });
      return new Response(choices[0]?.message.content);
    } finally {
      ctx.waitUntil(telemetry.forceFlush());
    }
  },
};

async function write(chunks: Chunks, writable: WritableStream<Uint8Array>): Promise<void> {
  const writer = writable.getWriter();
  const encoder = new TextEncoder();
  for await (const { choices } of chunks) await writer.write(encoder.encode(choices[0]?.delta.content ?? ''));
  await writer.close();
}
