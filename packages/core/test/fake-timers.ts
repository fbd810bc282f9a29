import { vi } from 'vitest';

/**
 * Timers and clock that stand still but for the test, for all of a test file that imports this first: core keeps the
 * timers that it finds when it is loaded.
 */
vi.useFakeTimers({ toFake: ['performance', 'Date', 'setTimeout', 'clearTimeout'] });
