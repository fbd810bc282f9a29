/** What the SDKs know of a response before its body is read. */
export interface FakeProps {
  response: { readonly headers: { get(name: string): string | null } };
  readonly controller: AbortController;
  /** Those of the request. */
  readonly options?: object;
}

type Parse<Value> = (client: unknown, props: FakeProps) => Value | Promise<Value>;

export const createProps = (headers: Readonly<Record<string, string>> = {}): FakeProps => ({
  response: { headers: { get: (name) => headers[name] ?? null } },
  controller: new AbortController(),
});

/** A promise as the Stainless SDKs have it: it parses the body when it is first waited for. */
export class FakeApiPromise<Value> extends Promise<Value> {
  private parsed: Promise<Value> | undefined;

  constructor(
    public responsePromise: Promise<FakeProps>,
    public parseResponse: Parse<Value>,
  ) {
    super((resolve) => resolve(undefined as Value));
  }

  asResponse(): Promise<FakeProps['response']> {
    return this.responsePromise.then(({ response }) => response);
  }

  // biome-ignore lint/suspicious/noThenProperty: a promise of its own is what is faked.
  override then<Result = Value, Failure = never>(
    onFulfilled?: ((value: Value) => Result | PromiseLike<Result>) | null,
    onRejected?: ((reason: unknown) => Failure | PromiseLike<Failure>) | null,
  ): Promise<Result | Failure> {
    this.parsed ??= this.responsePromise.then((props) => this.parseResponse(undefined, props));
    return this.parsed.then(onFulfilled, onRejected);
  }
}
