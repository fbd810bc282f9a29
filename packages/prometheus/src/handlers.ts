import type { Answer, Responder } from './responder';
import { type NodeResponse, writeAnswer } from './write-answer';

/** As much of `node:http`'s request as is read. */
export interface NodeRequest {
  readonly method?: string | undefined;
  readonly headers?: Readonly<Record<string, string | string[] | undefined>>;
}

/** Handles a scrape on a Node server. Never rejects. */
export type NodeHandler = (request: NodeRequest, response: NodeResponse) => Promise<void>;

/** Handles a scrape where requests and responses are those of the Fetch standard. Never rejects. */
export type FetchHandler = (request: Request) => Promise<Response>;

/** A route's handler of Fastify. */
export type FastifyHandler = (
  request: { readonly raw: NodeRequest },
  reply: { readonly raw: NodeResponse; hijack(): unknown },
) => Promise<void>;

/** A middleware of Koa, which answers whatever it is asked. */
export type KoaHandler = (context: {
  readonly req: NodeRequest;
  readonly res: NodeResponse;
  respond?: boolean | undefined;
}) => Promise<void>;

/** A route's handler of Hono. */
export type HonoHandler = (context: { readonly req: { readonly raw: Request } }) => Promise<Response>;

/** Makes the handler for `node:http`, Express and Connect. */
export function createNodeHandler(respond: Responder): NodeHandler {
  return async ({ method, headers = {} }, response) => {
    const header = (name: string): string | undefined => headers[name]?.toString();
    await writeAnswer(response, await respond({ method, header }));
  };
}

/** Makes the handler for Bun, Deno, workers and Next. */
export function createFetchHandler(respond: Responder): FetchHandler {
  return async ({ method, headers: asked }) => {
    const header = (name: string): string | undefined =>
      name === 'accept-encoding' && dropsEncoding() ? undefined : (asked.get(name) ?? undefined);
    const { status, headers: answered, body } = await respond({ method, header });
    return new Response(bodyOf(body), { status, headers: answered });
  };
}

/** Next compresses answers itself, and drops the `content-encoding` of those that are compressed already. */
const dropsEncoding = (): boolean =>
  (globalThis as { process?: { env?: { NEXT_RUNTIME?: string } } }).process?.env?.NEXT_RUNTIME !== undefined;

export const createFastifyHandler =
  (handler: NodeHandler): FastifyHandler =>
  (request, reply) => {
    reply.hijack();
    return handler(request.raw, reply.raw);
  };

export const createKoaHandler =
  (handler: NodeHandler): KoaHandler =>
  (context) => {
    context.respond = false;
    return handler(context.req, context.res);
  };

export const createHonoHandler =
  (fetch: FetchHandler): HonoHandler =>
  ({ req }) =>
    fetch(req.raw);

function bodyOf(body: Answer['body']): ConstructorParameters<typeof Response>[0] {
  if (body === undefined || typeof body === 'string') return body ?? null;
  if (body.chunks !== undefined) return new Blob([...body.chunks]).stream();
  const chunks = body[Symbol.asyncIterator]();
  return new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      const { done, value } = await chunks.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    async cancel() {
      await chunks.return?.();
    },
  });
}
