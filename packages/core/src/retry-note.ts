/** That the SDK is about to repeat a request, as it was seen. */
export interface RetryNote {
  /** Milliseconds of the monotonic clock. */
  readonly at: number;
  /** What the SDK's `retryRequest` was called with. */
  readonly args: readonly unknown[];
  /** The last response that the SDK asked itself about; not for sure that of this retry. */
  readonly response: FailedResponse | undefined;
}

export interface FailedResponse {
  readonly headers: object;
  readonly status: number;
}
