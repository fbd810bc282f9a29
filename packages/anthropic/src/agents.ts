import { type ClientWatch, own, ownString, quietly, replaceMethod } from '@grump/llm-otel-core';
import { type Attributes, type Context, context, type Span, SpanStatusCode, trace } from '@opentelemetry/api';

// Spans of the tool runner, for clients that make none themselves.

type Run = (...args: unknown[]) => unknown;
type Iterate = () => AsyncGenerator<unknown>;

/** Puts an `invoke_agent` span around each loop of a tool runner, and an `execute_tool` span around each tool it runs. */
export function traceRunners(client: object, watch: ClientWatch): void {
  const messages = (client as { beta?: { messages?: Record<string, unknown> } }).beta?.messages;
  if (typeof messages?.toolRunner !== 'function') return;
  replaceMethod(messages, 'toolRunner', (original, self, [body, ...rest]) => {
    const traced = quietly('the tools of a runner', () => withTracedTools(body, watch)) ?? body;
    const runner = Reflect.apply(original, self, [traced, ...rest]);
    quietly('a tool runner', () => traceLoop(runner as object, ownString(body, 'model'), watch));
    return runner;
  });
}

const baseAttributes = (operation: string, watch: ClientWatch): Attributes => ({
  'gen_ai.operation.name': operation,
  'gen_ai.provider.name': watch.endpoint.genAiProvider,
});

/** The loop begins when it is first asked for a turn, as the SDK's does. */
function traceLoop(runner: object, model: string | undefined, watch: ClientWatch): void {
  const iterate = (runner as Record<symbol, unknown>)[Symbol.asyncIterator] as Iterate | undefined;
  if (typeof iterate !== 'function') return;
  const value = function (this: unknown): AsyncGenerator<unknown> {
    const source = iterate.call(this);
    return quietly('a tool runner', () => watchLoop(source, model, watch)) ?? source;
  };
  Object.defineProperty(runner, Symbol.asyncIterator, { value, writable: true, configurable: true });
}

function watchLoop(
  source: AsyncGenerator<unknown>,
  model: string | undefined,
  watch: ClientWatch,
): AsyncGenerator<unknown> {
  const { next, return: leave, throw: raise } = source;
  let loop: { readonly span: Span; readonly inside: Context } | undefined;
  const begin = () => {
    const attributes = { ...baseAttributes('invoke_agent', watch), ...(model && { 'gen_ai.request.model': model }) };
    const span = watch.tracer.startSpan('invoke_agent', { attributes });
    return { span, inside: trace.setSpan(context.active(), span) };
  };
  const within =
    <Args extends unknown[]>(method: (...args: Args) => Promise<IteratorResult<unknown>>, isLast: boolean) =>
    (...args: Args) => {
      loop ??= begin();
      const { span, inside } = loop;
      const step = context.with(inside, () => method.apply(source, args));
      step.then(
        ({ done }) => (done || isLast) && span.end(),
        (error) => failSpan(span, error),
      );
      return step;
    };
  // The generator itself goes on, so that the caller sees no other object.
  source.next = within(next, false);
  source.return = within(leave, true);
  source.throw = within(raise, true);
  return source;
}

function failSpan(span: Span, error: unknown): void {
  const { name } = Object(error).constructor as { name: string };
  span.setAttribute('error.type', name);
  span.setStatus({ code: SpanStatusCode.ERROR });
  span.end();
}

/** The body with other tools in place of those that are plain objects; `undefined` where there are none. The caller's stay as they are. */
function withTracedTools(body: unknown, watch: ClientWatch): unknown {
  const tools = own(body, 'tools');
  if (!Array.isArray(tools) || !tools.some(isPlainTool)) return undefined;
  const value = tools.map((tool) => (isPlainTool(tool) ? tracedTool(tool, watch) : tool));
  return copyWith(body as object, 'tools', value);
}

/** One of a class may have private members, which a copy has not. */
const isPlainTool = (tool: unknown): tool is { run: Run } =>
  typeof own(tool, 'run') === 'function' && Object.getPrototypeOf(tool) === Object.prototype;

const copyWith = (object: object, key: string, value: unknown): object =>
  Object.defineProperty(
    Object.create(Object.getPrototypeOf(object), Object.getOwnPropertyDescriptors(object)) as object,
    key,
    { value, enumerable: true, writable: true, configurable: true },
  );

function tracedTool(tool: { run: Run }, watch: ClientWatch): object {
  const name = ownString(tool, 'name') ?? 'tool';
  return copyWith(tool, 'run', (...args: unknown[]) => {
    const span = quietly('a tool', () => startTool(tool, name, args, watch));
    const run = () => Reflect.apply(tool.run, tool, args);
    return span === undefined ? run() : runInside(span, run);
  });
}

function startTool(tool: object, name: string, [, about]: unknown[], watch: ClientWatch): Span {
  const description = ownString(tool, 'description');
  const id = ownString(own(about, 'toolUse') ?? own(about, 'toolUseBlock'), 'id');
  const attributes: Attributes = {
    ...baseAttributes('execute_tool', watch),
    'gen_ai.tool.name': name,
    'gen_ai.tool.type': 'function',
    ...(description !== undefined && { 'gen_ai.tool.description': description }),
    ...(id !== undefined && { 'gen_ai.tool.call.id': id }),
  };
  return watch.tracer.startSpan(`execute_tool ${name}`, { attributes });
}

function runInside(span: Span, run: () => unknown): unknown {
  try {
    const result = context.with(trace.setSpan(context.active(), span), run);
    if (result instanceof Promise) {
      result.then(
        () => span.end(),
        (error) => failSpan(span, error),
      );
    } else span.end();
    return result;
  } catch (error) {
    failSpan(span, error);
    throw error;
  }
}
