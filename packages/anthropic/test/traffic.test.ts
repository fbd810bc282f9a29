import { loadTraffic, type TrafficCase, type TrafficTruth } from '@grump/llm-otel-testing';
import { describe, expect, it } from 'vitest';
import { figures, onlySpan } from '../../core/test/measure';
import { SDKS, useWrapped } from './wrapped';

interface Truth extends TrafficTruth {
  readonly finishReason?: string | null;
  readonly toolCalls?: readonly { readonly id: string }[];
  readonly deltaTypes?: Readonly<Record<string, number>>;
  readonly messageStopSeen?: boolean;
}

interface Usage {
  readonly inputPlusCache: number;
  readonly output: number;
  readonly cacheReadInput: number | null;
  readonly cacheWriteInput: number | null;
  readonly thinkingOutput: number | null;
}

const CASES = loadTraffic('anthropic', 'messages') as readonly (TrafficCase & { readonly artificial?: string })[];
/** Sources that joined several messages in one file say nothing of one. */
const whole = CASES.filter(({ artificial }) => artificial === undefined);

/** Makes the recorded call, and reads all of it. */
async function play({ request, stream, ...answer }: TrafficCase, SDK: (typeof SDKS)[number][1]) {
  const { body, httpStatus: status, responseHeaders: headers } = answer;
  const fetch = async () => new Response(body, { status, headers });
  const { client, telemetry } = useWrapped([], { SDK, client: { fetch: fetch as never } });
  try {
    const result: unknown = await client.messages.create({ ...request, stream } as never);
    if (stream) for await (const _ of result as AsyncIterable<unknown>);
  } catch {
    // What it throws is the conformance suite's.
  }
  return { ...figures(await telemetry.metrics()), span: onlySpan(telemetry) };
}

/** What is not zero. */
const counts = (usage: Usage | null | undefined): object => {
  if (!usage) return {};
  const all = {
    ...{ input: usage.inputPlusCache, output: usage.output },
    ...{ cache_read: usage.cacheReadInput, cache_write: usage.cacheWriteInput, reasoning: usage.thinkingOutput },
  };
  return Object.fromEntries(Object.entries(all).filter(([key, count]) => count || key === 'input' || key === 'output'));
};

const FALLBACK = /"type":\s*"fallback".*?"to":\s*\{\s*"model":\s*"([^"]+)"/s;

describe.each(SDKS)('SDK %s', (_, SDK) => {
  it.each(whole.map((one) => [one.name, one] as const))('%s is measured as it says', async (_, recorded) => {
    const { outcomes, tokens, span, firstToken } = await play(recorded, SDK);
    const truth: Truth = recorded.truth;
    if (recorded.httpStatus !== 200) {
      expect(outcomes).toEqual({ error: 1 });
      expect(span.attributes['error.type']).toBe(String(recorded.httpStatus));
      return;
    }
    const isWhole = !recorded.stream || truth.messageStopSeen === true;
    expect(outcomes).toEqual({ [isWhole ? 'ok' : 'truncated']: 1 });
    const { output, ...rest } = counts(truth.usage as unknown as Usage) as { output?: number };
    expect(tokens).toEqual({ ...rest, ...(isWhole && { output }) });
    expect(span.attributes).toMatchObject({
      'gen_ai.response.id': truth.responseId,
      'gen_ai.response.model': FALLBACK.exec(recorded.body)?.[1] ?? truth.model,
      ...(truth.finishReason && { 'gen_ai.response.finish_reasons': [truth.finishReason] }),
    });
    const { text_delta, thinking_delta, input_json_delta } = truth.deltaTypes ?? {};
    if (text_delta ?? thinking_delta) expect(firstToken).toBeGreaterThanOrEqual(0);
    else if (!input_json_delta) expect(firstToken).toBeUndefined();
  });
});

it('has traffic', () => {
  expect([CASES.length, whole.length]).toEqual([99, 97]);
});
