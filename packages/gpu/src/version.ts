/** The version of this package; scope version of everything it emits. */
export const GPU_VERSION = '0.1.0';
/** Instrumentation scope of boards. */
export const SCOPE_NAME = '@grump/llm-otel-gpu';
/** Instrumentation scope of MIG slices, whose memory is part of their board's. */
export const SLICE_SCOPE_NAME = '@grump/llm-otel-gpu/mig';
