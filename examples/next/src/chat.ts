import { wrapOpenAI } from '@grump/llm-otel-openai';
import OpenAI from 'openai';

const model = 'meta/llama-3.1-8b-instruct';

/** Answers `?q=Hi` at once, `?q=Hi&stream` piece by piece. */
export async function chat(request: Request): Promise<Response> {
  const client = wrapOpenAI(new OpenAI({ baseURL: process.env.NIM_BASE_URL, apiKey: process.env.NVIDIA_API_KEY }));
  const { searchParams } = new URL(request.url);
  const messages = [{ role: 'user' as const, content: searchParams.get('q') ?? 'Hi' }];
  if (searchParams.has('stream')) {
    const stream = await client.chat.completions.create({
      ...{ model, messages, stream: true },
      stream_options: { include_usage: true },
    });
    return new Response(stream.toReadableStream());
  }
  const { choices } = await client.chat.completions.create({ model, messages });
  return new Response(choices[0]?.message.content);
}
