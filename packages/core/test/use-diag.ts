import { diag } from '@opentelemetry/api';
import { afterEach, beforeEach, type Mock, vi } from 'vitest';

/** Is called with what is told through diag in each test of a file, at whatever level. */
export function useDiag(): Mock {
  const told = vi.fn();
  beforeEach(() => {
    diag.setLogger(
      { error: told, warn: told, info: told, debug: told, verbose: told },
      { suppressOverrideMessage: true },
    );
  });
  afterEach(() => {
    diag.disable();
    told.mockClear();
  });
  return told;
}
