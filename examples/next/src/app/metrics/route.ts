import { registered } from '@grump/llm-otel-sdk';

export const GET = (request: Request): Promise<Response> | Response =>
  registered()?.metricsFetch(request) ?? new Response('register() was not called\n', { status: 503 });
