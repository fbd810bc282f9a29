export const VARIABLE = 'OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT';

interface Environment {
  readonly process?: { readonly env?: Record<string, string | undefined> };
}

/** The variable's value; `undefined` where there are none, or Deno may not read it. */
export function variable(): string | undefined {
  try {
    return (globalThis as Environment).process?.env?.[VARIABLE];
  } catch {
    return undefined;
  }
}
