import { describe, expect, it } from 'vitest';
import { figures, onlySpan } from '../../core/test/measure';
import { block, delta, end, read, SDKS, STOP, start, text, usage, useWrapped } from './wrapped';

// Streams that the API allows, and seldom sends: cases that a generator of random ones found.

type SDK = (typeof SDKS)[number][1];

const PING = { type: 'ping' };
const stop = (index: number): object => ({ type: 'content_block_stop', index });
const input = (json: string, index: number): object => delta({ type: 'input_json_delta', partial_json: json }, index);
const thought = (words: string, index: number): object => delta({ type: 'thinking_delta', thinking: words }, index);
const runCode = (id: string, index: number): object =>
  block({ type: 'server_tool_use', id, name: 'bash_code_execution', input: {} }, index);

async function measured(events: readonly object[], SDK: SDK) {
  const { client, telemetry } = useWrapped([{ events }], { SDK });
  const error = await read(client);
  return { ...figures(await telemetry.metrics()), error, span: onlySpan(telemetry), telemetry };
}

describe.each(SDKS)('SDK %s: a stream', (_, SDK) => {
  it('whose blocks come interleaved has the gaps of its contents, whichever block they are of', async () => {
    const { gaps, outcomes, span } = await measured(
      [
        ...[PING, start(), PING, block({ type: 'thinking', thinking: '', signature: '' }, 0)],
        ...[block({ type: 'text', text: '' }, 1), thought('', 0), PING, thought('Well', 0), text('He', 1)],
        ...[block({ type: 'tool_use', id: 'toolu_1', name: 'get', input: {} }, 7), input('', 7), thought('…', 0)],
        ...[stop(0), input('{"a":', 7), text('', 1), text('llo', 1), stop(1), PING, input('1}', 7), stop(7)],
        ...[end(), PING, STOP],
      ],
      SDK,
    );
    expect([gaps?.[0], outcomes]).toEqual([5, { ok: 1 }]);
    expect(span.attributes['llm.stream.first_token']).toBe('reasoning');
  });

  it('of events, blocks and deltas of unknown types is measured by those that are known', async () => {
    const { gaps, tokens, outcomes } = await measured(
      [
        ...[start(), { type: 'content_block_sparkle', index: 0 }, block({ type: 'hologram', matrix: [[1]] }, 0)],
        ...[delta({ type: 'hologram_delta', photons: 'many' }, 0), stop(0), block({ type: 'text', text: '' }, 1)],
        ...[text('a', 1), { type: 'vibe', mood: null }, text('b', 1), stop(1)],
        ...[end(usage(10, 5, { new_thing: { a: [1] } }), { stop_reason: 'new_reason', container: null }), STOP],
      ],
      SDK,
    );
    expect([gaps?.[0], tokens, outcomes]).toEqual([1, { input: 10, output: 5 }, { ok: 1 }]);
  });

  it('that tells its usage at its beginning alone has that, but for the output', async () => {
    const events = [start({ usage: usage(10, 3, { cache_read_input_tokens: 90 }) }), end(undefined), STOP];
    const bare = events.map((event) => ('usage' in event ? { ...event, usage: undefined } : event));
    const { tokens, usageMissing } = await measured(bare, SDK);
    expect([tokens, usageMissing]).toEqual([{ input: 100, cache_read: 90 }, 0]);
  });

  it('whose parts of the usage are told apart, and null elsewhere, has all of them', async () => {
    const nothing = { cache_creation_input_tokens: null, cache_read_input_tokens: null };
    const { tokens } = await measured(
      [
        start({ usage: { cache_read_input_tokens: 7, cache_creation_input_tokens: null } }),
        end({ output_tokens: 3, input_tokens: null, ...nothing }, { stop_reason: null }),
        end({ output_tokens: 5, cache_creation_input_tokens: 2, cache_creation: null, output_tokens_details: null }),
        STOP,
      ],
      SDK,
    );
    expect(tokens).toEqual({ output: 5, cache_read: 7, cache_write: 2 });
  });

  it('without any usage is missing it', async () => {
    const events = [start({ usage: null }), { type: 'message_delta', delta: { stop_reason: 'end_turn' } }, STOP];
    expect(await measured(events, SDK)).toMatchObject({ tokens: {}, usageMissing: 1, outcomes: { ok: 1 } });
  });

  it.each([
    ['ends with usage', [end(), STOP]],
    ['ends without usage', [{ type: 'message_delta', delta: { stop_reason: 'end_turn' } }, STOP]],
    ['is cut', []],
  ])('in which the server ran code counts the runs where it %s', async (_, rest) => {
    const events = [start(), runCode('a', 0), input('{"command":"ls"}', 0), stop(0), runCode('b', 1), stop(1), ...rest];
    const { telemetry } = await measured(events, SDK);
    expect(await telemetry.total('llm_server_tools_total', { tool: 'code_execution' })).toBe(2);
  });

  it('that ends with nothing but its last event, or between the last two, is told apart', async () => {
    expect(await measured([start(), STOP], SDK)).toMatchObject({ outcomes: { ok: 1 } });
    expect(await measured([start(), text('a'), end()], SDK)).toMatchObject({ outcomes: { truncated: 1 } });
  });

  it('that breaks off with an error after its usage keeps the usage', async () => {
    const error = { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } };
    const { outcomes, tokens, span } = await measured([start(), text('a'), end(), error], SDK);
    expect([outcomes, tokens]).toEqual([{ error: 1 }, { input: 10, output: 5 }]);
    expect(span.attributes['error.type']).toBe('overloaded_error');
  });
});
