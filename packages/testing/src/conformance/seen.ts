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
  /** The text of the first choice. */
  readonly text: string;
  readonly error: SeenError | undefined;
}

interface ErrorFields {
  readonly message?: unknown;
  readonly status?: unknown;
  readonly code?: unknown;
  readonly type?: unknown;
  readonly requestID?: unknown;
}

interface ChunkFields {
  readonly choices?: readonly { readonly index?: number; readonly delta?: { readonly content?: string | null } }[];
}

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
  stream: AsyncIterable<unknown>,
  onItem?: (count: number) => unknown,
): Promise<SeenStream> {
  const items: unknown[] = [];
  try {
    for await (const item of stream) {
      items.push(item);
      if (onItem?.(items.length) === true) break;
    }
    return { items, text: textOf(items), error: undefined };
  } catch (error) {
    return { items, text: textOf(items), error: seenError(error) };
  }
}

/** What a caller sees of an error. */
export function seenError(error: unknown): SeenError {
  const { message, status, code, type, requestID } = error as ErrorFields;
  return { class: (error as object).constructor.name, message: String(message), status, code, type, requestID };
}

/** The class names of an object and its prototypes, to see that it is of the SDK's own class. */
export function classOf(value: object): string {
  return value.constructor.name;
}

function textOf(items: readonly unknown[]): string {
  const deltas = items.map((item) => (item as ChunkFields).choices?.[0]?.delta?.content ?? '');
  return deltas.join('');
}
