import type { WrapOptions } from '@grump/llm-otel-core';

/**
 * Who makes the span of a call, where the SDK can as well (since 0.134, unless it is switched off): the SDK, and ours where
 * it makes none (`auto`); we alone (`own`); the SDK alone (`sdk`); nobody (`off`).
 */
export type SpanMode = 'auto' | 'own' | 'sdk' | 'off';

/** Options of `wrapAnthropic`. */
export interface WrapAnthropicOptions extends WrapOptions {
  /** Who makes the span of a call. Metrics are ours in any case. Default `auto`. */
  readonly spans?: SpanMode;
  /** Whether captured content has what the model thought, in place of `[redacted]`. Default `false`. */
  readonly captureThinking?: boolean;
}

const MODES: readonly unknown[] = ['auto', 'own', 'sdk', 'off'];

/** @throws TypeError for an option that cannot be meant */
export function checkOwnOptions({ spans, captureThinking }: WrapAnthropicOptions): void {
  if (spans !== undefined && !MODES.includes(spans)) {
    throw new TypeError(`spans is ${String(spans)}; it must be one of ${MODES.join(', ')}`);
  }
  if (captureThinking !== undefined && typeof captureThinking !== 'boolean') {
    throw new TypeError('captureThinking must be true or false');
  }
}
