import { describe, expect, it } from 'vitest';
import { withoutEvents } from '../src/hidden-usage';

const HIDDEN = '{"choices":[],"usage":{"prompt_tokens":1}}';
const isHidden = (data: unknown): boolean => (data as { choices?: unknown[] }).choices?.length === 0;
const EVENTS = { 'content-type': 'text/event-stream; charset=utf-8' };

/** A response whose body comes in pieces of so many bytes. */
function serve(text: string, size = 7, headers: Record<string, string> = EVENTS) {
  const bytes = new TextEncoder().encode(text);
  let at = 0;
  let cancelled: unknown;
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        if (at >= bytes.length) return controller.close();
        controller.enqueue(bytes.slice(at, at + size));
        at += size;
      },
      cancel(reason) {
        cancelled = reason;
      },
    },
    { highWaterMark: 0 },
  );
  const response = new Response(body, { headers, status: 201, statusText: 'Made' });
  return { response, read: () => at, cancelled: () => cancelled };
}

const shown = (response: Response): Response => withoutEvents(response, isHidden) as Response;

describe('a body without the event that was added', () => {
  const kept = [
    'data: {"choices":[{"delta":{"content":"é😀"}}]}',
    ': ping',
    'data:{"choices":[{}],"usage":null}',
    'data: [DONE]',
  ];

  it.each([
    ['\n', 1],
    ['\n', 7],
    ['\n', 10_000],
    ['\r\n', 1],
    ['\r\n', 5],
    ['\r', 3],
  ])('is the rest, byte by byte: lines ended by %j, in pieces of %d', async (end, size) => {
    const body = (events: string[]) => events.map((event) => `${event}${end}${end}`).join('');
    for (const hidden of [`data: ${HIDDEN}`, `data:${HIDDEN}`, `event: message${end}data: ${HIDDEN}`]) {
      const { response } = serve(body([...kept.slice(0, 3), hidden, kept[3]!]), size);
      expect(await shown(response).text()).toBe(body(kept));
    }
  });

  it('keeps what is no event of the kind, and an end that is none', async () => {
    const text = `data: {"usage" broken}\n\ndata: {"choices":[{}],"usage":{}}\n\ndata: ${HIDDEN.slice(0, 20)}`;
    expect(await shown(serve(text).response).text()).toBe(text);
    const long = `data: ${'x'.repeat(1_200_000)}\n\ndata: ${HIDDEN}\n\n`;
    expect(await shown(serve(long, 300_000).response).text()).toBe(`data: ${'x'.repeat(1_200_000)}\n\n`);
  });

  it('looks like the response, whose body is left alone until it is read', async () => {
    const { response, read } = serve(`data: ${HIDDEN}\n\n`);
    const { status, statusText, headers, bodyUsed } = shown(response);
    expect([status, statusText, headers.get('content-type'), bodyUsed]).toEqual([
      201,
      'Made',
      EVENTS['content-type'],
      false,
    ]);
    expect(read()).toBe(0);
    expect(response.body!.locked).toBe(false);
    expect(await response.text()).toContain('usage');
  });

  it('is cancelled through', async () => {
    const before = serve('data: a\n\n');
    await shown(before.response).body!.cancel('no');
    expect(before.cancelled()).toBe('no');
    const during = serve('data: a\n\n'.repeat(9));
    const reader = shown(during.response).body!.getReader();
    expect(new TextDecoder().decode((await reader.read()).value)).toBe('data: a\n\n');
    await reader.cancel('enough');
    expect(during.cancelled()).toBe('enough');
  });

  it('is the response itself where it is no stream of events', () => {
    const { response } = serve('{}', 7, { 'content-type': 'application/json' });
    expect(shown(response)).toBe(response);
    const empty = new Response(null, { headers: EVENTS });
    expect(shown(empty)).toBe(empty);
  });
});
