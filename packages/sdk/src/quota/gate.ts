type Admitted = QuotaRefusal | undefined;
/** What a request that is refused fails with. */
export type QuotaRefusal = Error;
/** Whether the request that is being made now may be; `undefined` for what is no call. */
export type Admission = () => Admitted | Promise<Admitted>;

type Request = (this: unknown, options: unknown, ...rest: unknown[]) => unknown;

/**
 * Asks before each request of a client of OpenAI's or Anthropic's SDK, which all go through its public `request()`. One that
 * is refused fails as the SDK's own would: its options never come, so that nothing is sent, nor tried again.
 *
 * @returns whether it could
 */
export function guard(client: object, admit: Admission): boolean {
  const { request } = client as { request?: Request };
  if (typeof request !== 'function') return false;
  const guarded = new Proxy(request, {
    apply(target, self, [options, ...rest]) {
      const admitted = admit();
      if (admitted === undefined) return Reflect.apply(target, self, [options, ...rest]);
      const allowed = Promise.resolve(admitted).then((refusal) => {
        if (refusal !== undefined) throw refusal;
        return options;
      });
      // The SDK waits for it; this says only that nobody else need.
      allowed.catch(() => {});
      return Reflect.apply(target, self, [allowed, ...rest]);
    },
  });
  Object.defineProperty(client, 'request', { value: guarded, writable: true, configurable: true, enumerable: false });
  return true;
}
