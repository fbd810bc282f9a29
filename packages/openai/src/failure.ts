import type { CallFacts } from '@grump/llm-otel-core';

/** What servers send in place of a chunk or result: OpenAI, vLLM, TGI and most have `error`, others have it bare. */
export interface ErrorBody {
  readonly error?: unknown;
  /** `error`: vLLM before 0.10. */
  readonly object?: unknown;
  /** Dynamo, behind `event: error`. */
  readonly message?: unknown;
}

interface ErrorShape {
  readonly code?: unknown;
  readonly http_status_code?: unknown;
  readonly status_code?: unknown;
  readonly message?: unknown;
}

/** The class of error that the SDK has for a frame whose error has no status. */
const UNTYPED = 'APIError';

/** Notes an error that the SDK hands on as if it were an answer. */
export function foldFailure(facts: CallFacts, body: ErrorBody): void {
  const { error } = body;
  const said = error ?? (body.object === 'error' || typeof body.message === 'string' ? body : undefined);
  if (said === undefined) return;
  const { code, http_status_code, status_code, message }: ErrorShape = Object(said);
  const status = [code, http_status_code, status_code].map(Number).find((one) => one >= 100 && one < 600);
  facts.failure ??= { type: status === undefined ? UNTYPED : String(status), message: message ?? error };
}
