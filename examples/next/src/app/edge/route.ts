import { registered } from '@grump/llm-otel-sdk/edge';
import { after } from 'next/server';
import { chat } from '../../chat';

export const runtime = 'edge';

export function GET(request: Request): Promise<Response> {
  // When the answer is over, a stream to its end: only then there is something to send.
  after(() => registered()?.forceFlush());
  return chat(request);
}
