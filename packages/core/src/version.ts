/** The version of this package; scope version of everything it emits. */
export const CORE_VERSION = '0.1.0';
/** Instrumentation scope of everything it emits. */
export const SCOPE_NAME = '@grump/llm-otel-core';
