import type { Api } from './suite.ts';

/** An error as its caller can tell it apart. */
export interface SeenError {
  readonly class: string;
  readonly message: string;
  readonly status: unknown;
  readonly code: unknown;
  readonly type: unknown;
  readonly requestID: unknown;
}

/** What a loop over a stream saw. */
export interface SeenStream {
  readonly items: readonly unknown[];
  /** The text of the first answer. */
  readonly text: string;
  readonly error: SeenError | undefined;
}

/** Each run has a server of its own, whose port some messages tell. */
const HOST = '127.0.0.1:0';

interface ErrorFields {
  readonly message?: unknown;
  readonly status?: unknown;
  readonly code?: unknown;
  readonly type?: unknown;
  readonly requestID?: unknown;
}

type TextOf = Pick<Api, 'textOf'>;

/** The result of a promise as plain data: `{ value }` or `{ error }`. */
export async function attempt(work: () => unknown): Promise<{ value: unknown } | { error: SeenError }> {
  try {
    return { value: await work() };
  } catch (error) {
    return { error: seenError(error) };
  }
}

/** Reads a stream to its end or error, calling `onItem` after each item. `onItem` returning `true` breaks off. */
export async function readStream(
  { textOf }: TextOf,
  stream: AsyncIterable<unknown>,
  onItem?: (count: number) => unknown,
): Promise<SeenStream> {
  const items: unknown[] = [];
  try {
    for await (const item of stream) {
      items.push(item);
      if (onItem?.(items.length) === true) break;
    }
    return { items, text: items.map(textOf).join(''), error: undefined };
  } catch (error) {
    return { items, text: items.map(textOf).join(''), error: seenError(error) };
  }
}

/** What a caller sees of an error. */
export function seenError(error: unknown): SeenError {
  const { message, status, code, type, requestID } = error as ErrorFields;
  return {
    class: (error as object).constructor.name,
    message: String(message).replace(/127\.0\.0\.1:\d+/, HOST),
    status,
    code,
    type,
    requestID,
  };
}

/** The class names of an object and its prototypes, to see that it is of the SDK's own class. */
export function classOf(value: object): string {
  return value.constructor.name;
}
