import type { Telemetry } from '@grump/llm-otel-testing';
import OpenAI from 'openai';
import OpenAI4 from 'openai-4';
import OpenAI5 from 'openai-5';
import OpenAI6 from 'openai-6';
import { expect, vi } from 'vitest';
import { type Figures, figures, useTelemetry } from '../../core/test/measure';
import { type WrapOpenAIOptions, wrapOpenAI } from '../src/index';
import { type Answer, type Fetch, fetchOf } from './mock-fetch';

/** The last release of each major of the SDK, by name; all have the shape that these tests use. */
export const SDKS: readonly (readonly [name: string, SDK: typeof OpenAI])[] = [
  ['openai 4', OpenAI4 as unknown as typeof OpenAI],
  ['openai 5', OpenAI5 as unknown as typeof OpenAI],
  ['openai 6', OpenAI6 as unknown as typeof OpenAI],
  ['openai 7', OpenAI],
];

/** A wrapped client, and what its calls were measured as. */
export interface Wrapped {
  readonly client: OpenAI;
  readonly telemetry: Telemetry;
  /** The figures, once so many calls are counted; usage that is read by a module of its own comes a little later. */
  figures(calls?: number): Promise<Figures>;
}

interface Settings extends WrapOpenAIOptions {
  readonly SDK?: typeof OpenAI;
  readonly baseURL?: string;
  readonly fetch?: Fetch;
}

/** A wrapped client whose requests are answered in turn, for the length of a test. */
export function useWrapped(answers: readonly Answer[], settings: Settings = {}): Wrapped {
  const { SDK = OpenAI, baseURL = 'https://api.openai.com/v1', fetch = fetchOf(...answers), ...options } = settings;
  const telemetry = useTelemetry();
  const { meterProvider, tracerProvider } = telemetry;
  const bare = new SDK({ apiKey: 'test', maxRetries: 0, baseURL, fetch });
  const client = wrapOpenAI(bare, { meterProvider, tracerProvider, ...options });
  return {
    client,
    telemetry,
    async figures(calls = 1) {
      await vi.waitFor(async () => expect(await telemetry.total('llm_requests_total')).toBe(calls));
      return figures(await telemetry.metrics());
    },
  };
}

/** Sums by the label `type`: `llm_token_details_total`. */
export async function details({ telemetry }: Wrapped): Promise<Record<string, number>> {
  const rows = (await telemetry.metrics()).filter(({ name }) => name === 'llm_token_details_total');
  return Object.fromEntries(rows.map((row) => [row.attributes.type, 'value' in row ? row.value : Number.NaN]));
}
