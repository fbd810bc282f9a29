import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ContentOptions } from '../src/content/options';

const VARIABLE = 'OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT';
let lines: string[];
let settingsOf: typeof import('../src/content/settings')['settingsOf'];

// Each test has modules of its own: a warning is told once per process.
beforeEach(async () => {
  vi.resetModules();
  lines = [];
  vi.stubEnv(VARIABLE, undefined);
  const { diag } = await import('@opentelemetry/api');
  const warn = (line: string): void => void lines.push(line);
  diag.setLogger({ error: warn, warn, info: () => {}, debug: () => {}, verbose: () => {} });
  ({ settingsOf } = await import('../src/content/settings'));
  return () => diag.disable();
});

afterEach(() => vi.unstubAllEnvs());

describe('where content goes', () => {
  it.each([
    [undefined, 'off'],
    ['', 'off'],
    ['  ', 'off'],
    ['NO_CONTENT', 'off'],
    ['SPAN_ONLY', 'span'],
    ['EVENT_ONLY', 'event'],
    ['SPAN_AND_EVENT', 'both'],
    ['span_and_event', 'both'],
    [' Event_Only ', 'event'],
    ['true', 'span'],
    ['TRUE', 'span'],
    ['False', 'off'],
  ])('is told by the variable: %s means %s', (value, mode) => {
    vi.stubEnv(VARIABLE, value);
    expect(settingsOf(undefined).mode).toBe(mode);
    expect(settingsOf({ maxBytes: 100 }).mode).toBe(mode);
    expect(lines).toEqual([]);
  });

  it.each(['off', 'span', 'event', 'both'] as const)('is told by the option, which wins: %s', (mode) => {
    vi.stubEnv(VARIABLE, mode === 'both' ? 'NO_CONTENT' : 'SPAN_AND_EVENT');
    expect(settingsOf(mode).mode).toBe(mode);
    expect(settingsOf({ mode }).mode).toBe(mode);
    expect(lines).toEqual([]);
  });

  it.each(['yes', '1', 'constructor', 'SPAN'])('is nowhere for a wrong variable %s, which is told once', (value) => {
    vi.stubEnv(VARIABLE, value);
    expect([settingsOf(undefined).mode, settingsOf(undefined).mode]).toEqual(['off', 'off']);
    expect(lines).toEqual([
      expect.stringContaining(
        `@grump/llm-otel-core: ${VARIABLE} is "${value}", which is none of NO_CONTENT, SPAN_ONLY, EVENT_ONLY, SPAN_AND_EVENT, true, false`,
      ),
    ]);
  });

  it('is nowhere for a wrong option, which is told once', () => {
    vi.stubEnv(VARIABLE, 'SPAN_ONLY');
    expect(settingsOf(true as never).mode).toBe('off');
    expect(settingsOf({ mode: 'SPAN_ONLY' as never }).mode).toBe('off');
    expect(lines).toEqual([
      expect.stringContaining('@grump/llm-otel-core: option content is true, which is none of off, span, event, both'),
      expect.stringContaining('option content is "SPAN_ONLY"'),
    ]);
  });
});

it('has defaults', () => {
  const defaults: ContentOptions = { mode: 'span', media: 'drop', toolDefinitions: 'names', maxBytes: 32_768 };
  expect(settingsOf('span')).toEqual({ ...defaults, redact: undefined });
});

it.each([0, -1, Number.NaN, '100'])('has the default cap for a wrong one: %s', (maxBytes) => {
  expect(settingsOf({ mode: 'span', maxBytes: maxBytes as number }).maxBytes).toBe(32_768);
  expect(lines).toEqual([expect.stringContaining('@grump/llm-otel-core: option content.maxBytes is')]);
});
