import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Figures, figures, useTelemetry } from '../../core/test/measure';
import { type WrapOpenAIOptions, wrapRealtime } from '../src/index';

type Event = Readonly<Record<string, unknown>> & { readonly type: string };

/** A realtime client of the SDK, as far as it is one: a session that the test plays. */
class Session {
  readonly url = new URL('wss://api.openai.com/v1/realtime?model=gpt-realtime');
  readonly socket = new EventTarget();
  readonly sent: unknown[] = [];
  #listeners = new Map<string, ((event: unknown) => void)[]>();

  on(event: string, listener: (event: unknown) => void): this {
    this.#listeners.set(event, [...(this.#listeners.get(event) ?? []), listener]);
    return this;
  }

  listens(event: string): boolean {
    return this.#listeners.has(event);
  }

  /** The server says something, so many milliseconds after what was before. */
  say(millis: number, ...events: readonly Event[]): void {
    vi.advanceTimersByTime(millis);
    for (const event of events) for (const listener of this.#listeners.get('event') ?? []) listener(event);
  }

  emit(name: string): void {
    for (const listener of this.#listeners.get(name) ?? []) listener({ type: name });
  }

  send(event: Event): void {
    this.sent.push(event);
  }

  close(): void {
    this.socket.dispatchEvent(new Event('close'));
  }
}

const USAGE = {
  total_tokens: 253,
  input_tokens: 132,
  output_tokens: 121,
  input_token_details: {
    text_tokens: 119,
    audio_tokens: 13,
    image_tokens: 0,
    cached_tokens: 64,
    cached_tokens_details: { text_tokens: 60, audio_tokens: 4, image_tokens: 0 },
  },
  output_token_details: { text_tokens: 30, audio_tokens: 91 },
};

const created = (id: string): Event => ({ type: 'response.created', response: { id, status: 'in_progress' } });
const audio = (id: string, delta = 'AAAA'): Event => ({ type: 'response.output_audio.delta', response_id: id, delta });
const said = (id: string, delta: string): Event => ({
  type: 'response.output_audio_transcript.delta',
  response_id: id,
  delta,
});
const done = (id: string, more: object = { status: 'completed' }): Event => ({
  type: 'response.done',
  response: { id, usage: USAGE, ...more },
});
const ORDER: Event = { type: 'response.create' };

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance', 'Date'] });
});

afterEach(() => {
  vi.useRealTimers();
});

function useSession(options: WrapOpenAIOptions = {}) {
  const telemetry = useTelemetry();
  const { meterProvider, tracerProvider } = telemetry;
  const session = new Session();
  expect(wrapRealtime(session, { meterProvider, tracerProvider, ...options })).toBe(session);
  const firstAudio = async () => {
    const rows = (await telemetry.metrics()).filter(({ name }) => name === 'llm_time_to_first_audio_seconds');
    return rows.map((row) => (row.type === 'histogram' ? [row.count, Math.round(row.sum * 1e6) / 1e6] : []))[0];
  };
  const measured = async (): Promise<Figures> => figures(await telemetry.metrics());
  return { session, telemetry, firstAudio, measured };
}

describe('a response', () => {
  it('that is ordered is a call from its order on, with usage and the time to its first audio', async () => {
    const { session, telemetry, firstAudio, measured } = useSession();
    session.say(0, {
      type: 'session.created',
      session: { model: 'gpt-realtime-2025-08-28', output_modalities: ['audio'] },
    });
    session.send(ORDER);
    expect(await telemetry.total('llm_requests_in_flight')).toBe(1);
    session.say(50, created('resp_1'));
    session.say(50, said('resp_1', ''), { type: 'response.output_item.added', response_id: 'resp_1' });
    session.say(100, said('resp_1', 'Hello'));
    session.say(100, audio('resp_1'));
    session.say(100, audio('resp_1'));
    session.say(50, done('resp_1'));
    expect(session.sent).toEqual([ORDER]);
    expect(await firstAudio()).toEqual([1, 0.3]);
    expect(await measured()).toMatchObject({
      outcomes: { ok: 1 },
      inFlight: 0,
      firstChunk: 0.05,
      firstToken: 0.2,
      gaps: [2, 0.2],
      streamDuration: 0.45,
      tokens: { input: 132, output: 121 },
    });
    expect(telemetry.spans()).toMatchObject([
      {
        name: 'chat gpt-realtime-2025-08-28',
        attributes: {
          'gen_ai.provider.name': 'openai',
          'server.address': 'api.openai.com',
          'gen_ai.response.id': 'resp_1',
          'gen_ai.response.finish_reasons': ['stop'],
          'gen_ai.output.type': 'speech',
          'gen_ai.usage.cache_read.input_tokens': 64,
          'gen_ai.usage.audio.input_tokens': 13,
          'gen_ai.usage.audio.output_tokens': 91,
          'gen_ai.usage.audio.cache_read.input_tokens': 4,
        },
      },
    ]);
    for (const [type, value] of [
      ['audio_input', 13],
      ['audio_output', 91],
      ['cache_read', 64],
    ] as const) {
      expect(await telemetry.total('llm_token_details_total', { type })).toBe(value);
    }
  });

  it('that the server begins is a call from the end of the speech on', async () => {
    const { session, firstAudio, measured } = useSession();
    session.say(100, { type: 'input_audio_buffer.speech_started' });
    session.say(2000, { type: 'input_audio_buffer.speech_stopped', item_id: 'item_1' });
    session.say(10, { type: 'input_audio_buffer.committed', item_id: 'item_1' });
    session.say(290, created('resp_1'));
    session.say(200, audio('resp_1'));
    session.say(100, done('resp_1'));
    expect(await firstAudio()).toEqual([1, 0.5]);
    expect(await measured()).toMatchObject({ outcomes: { ok: 1 }, firstToken: 0.5, duration: 0.6 });
  });

  it('of text alone has no first audio', async () => {
    const { session, telemetry, firstAudio, measured } = useSession();
    session.send({ ...ORDER, response: { output_modalities: ['text'] } });
    session.say(100, created('resp_1'));
    session.say(100, { type: 'response.output_text.delta', response_id: 'resp_1', delta: 'Hello' });
    session.say(100, done('resp_1'));
    expect(await firstAudio()).toBeUndefined();
    expect(await measured()).toMatchObject({ outcomes: { ok: 1 }, firstToken: 0.2 });
    expect(telemetry.spans()[0]).toMatchObject({
      name: 'chat gpt-realtime',
      attributes: { 'gen_ai.output.type': 'text' },
    });
  });

  it('that calls a function has its first token with the arguments', async () => {
    const { session, measured } = useSession();
    session.send(ORDER);
    session.say(100, created('resp_1'));
    session.say(50, { type: 'response.function_call_arguments.delta', response_id: 'resp_1', delta: '{"' });
    session.say(50, done('resp_1'));
    expect(await measured()).toMatchObject({ firstToken: 0.15 });
  });

  it.each([
    [
      'cancelled',
      { status: 'cancelled', status_details: { reason: 'turn_detected' } },
      { cancelled: 1 },
      ['turn_detected'],
    ],
    [
      'incomplete',
      { status: 'incomplete', status_details: { reason: 'max_output_tokens' } },
      { ok: 1 },
      ['max_output_tokens'],
    ],
    [
      'failed',
      { status: 'failed', status_details: { error: { type: 'server_error', code: 'rate_limit_exceeded' } } },
      { error: 1 },
      ['failed'],
    ],
  ])('that is %s is counted as such, with its usage', async (_, how, outcomes, reasons) => {
    const { session, telemetry, measured } = useSession();
    session.send(ORDER);
    session.say(100, created('resp_1'));
    session.say(100, done('resp_1', how));
    expect(await measured()).toMatchObject({ outcomes, inFlight: 0, tokens: { input: 132, output: 121 } });
    expect(telemetry.spans()[0]?.attributes['gen_ai.response.finish_reasons']).toEqual(reasons);
  });

  it('that failed says why', async () => {
    const { session, telemetry } = useSession();
    session.send(ORDER);
    const error = { type: 'server_error', code: 'rate_limit_exceeded', message: 'too many' };
    session.say(100, created('resp_1'), done('resp_1', { status: 'failed', status_details: { error } }));
    expect(await telemetry.total('llm_requests_total', { error_type: 'rate_limit_exceeded' })).toBe(1);
    expect(telemetry.spans()[0]?.status).toEqual({ code: 'ERROR', message: 'too many' });
  });

  it('that is refused is an error, and no other order is', async () => {
    const { session, telemetry, measured } = useSession();
    session.send({ ...ORDER, event_id: 'event_1' });
    session.send({ ...ORDER, event_id: 'event_2' });
    const error = {
      type: 'invalid_request_error',
      code: 'conversation_already_has_active_response',
      event_id: 'event_2',
    };
    session.say(
      10,
      { type: 'error', error: { ...error, event_id: 'event_of_something_else' } },
      { type: 'error', error },
    );
    expect(await telemetry.total('llm_requests_total', { error_type: error.code })).toBe(1);
    session.say(100, created('resp_1'), done('resp_1'));
    expect(await measured()).toMatchObject({ outcomes: { error: 1, ok: 1 }, inFlight: 0 });
  });

  it('one of two at once is measured apart', async () => {
    const { session, measured } = useSession();
    session.send(ORDER);
    session.send({ ...ORDER, response: { conversation: 'none' } });
    session.say(100, created('resp_1'), created('resp_2'));
    session.say(100, audio('resp_2'));
    session.say(100, audio('resp_1'));
    session.say(100, done('resp_2'), done('resp_1'));
    expect(await measured()).toMatchObject({ outcomes: { ok: 2 }, firstToken: 0.5, duration: 0.8 });
  });
});

describe('a session that ends', () => {
  it('by the server truncates what is under way', async () => {
    const { session, measured } = useSession();
    session.send(ORDER);
    session.say(100, created('resp_1'), audio('resp_1'));
    session.send(ORDER);
    session.socket.dispatchEvent(new Event('close'));
    expect(await measured()).toMatchObject({ outcomes: { truncated: 2 }, inFlight: 0 });
  });

  it('by the client cancels it', async () => {
    const { session, measured } = useSession();
    session.send(ORDER);
    session.say(100, created('resp_1'), audio('resp_1'));
    session.close();
    expect(await measured()).toMatchObject({ outcomes: { cancelled: 1 }, inFlight: 0 });
  });

  it('and is taken up again goes on', async () => {
    const { session, measured } = useSession();
    session.send(ORDER);
    session.emit('reconnecting');
    Object.assign(session, { socket: new EventTarget() });
    session.emit('reconnected');
    session.send(ORDER);
    session.say(100, created('resp_1'));
    session.socket.dispatchEvent(new Event('close'));
    expect(await measured()).toMatchObject({ outcomes: { truncated: 2 } });
  });
});

describe('what the user said', () => {
  const TRANSCRIBER = { audio: { input: { transcription: { model: 'gpt-4o-transcribe' } } } };
  const usage = { type: 'tokens', input_tokens: 17, output_tokens: 12, input_token_details: { audio_tokens: 17 } };
  const item = 'conversation.item.input_audio_transcription';

  it('is a call of the model that transcribes it', async () => {
    const { session, telemetry, measured } = useSession();
    session.say(0, { type: 'session.updated', session: TRANSCRIBER });
    session.say(0, { type: 'input_audio_buffer.committed', item_id: 'item_1' });
    session.say(200, { type: `${item}.delta`, item_id: 'item_1', delta: 'Hello' });
    session.say(100, { type: `${item}.completed`, item_id: 'item_1', transcript: 'Hello', usage });
    expect(await measured()).toMatchObject({
      outcomes: { ok: 1 },
      firstToken: 0.2,
      duration: 0.3,
      tokens: { input: 17, output: 12 },
    });
    expect(telemetry.spans()[0]?.name).toBe('generate_content gpt-4o-transcribe');
  });

  it('may fail', async () => {
    const { session, telemetry } = useSession();
    session.say(0, { type: `${item}.failed`, item_id: 'item_1', error: { code: 'audio_unintelligible' } });
    expect(await telemetry.total('llm_requests_total', { error_type: 'audio_unintelligible' })).toBe(1);
  });
});

describe('wrapRealtime', () => {
  it('a second time is a no-op', async () => {
    const { session, telemetry, measured } = useSession();
    const { meterProvider, tracerProvider } = telemetry;
    wrapRealtime(session, { meterProvider, tracerProvider });
    session.send(ORDER);
    session.say(100, created('resp_1'), done('resp_1'));
    expect(await measured()).toMatchObject({ outcomes: { ok: 1 } });
    expect(session.sent).toHaveLength(1);
  });

  it('leaves errors to those who listen to them', () => {
    expect(useSession().session.listens('error')).toBe(false);
  });

  it('tells what it needs', () => {
    expect(() => wrapRealtime({})).toThrow(/needs a realtime client/);
  });

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['text', 'response.created'],
    ['no type', {}],
    ['no response', { type: 'response.done' }],
    ['a response that is none', { type: 'response.done', response: null }],
    ['one nobody knows', done('resp_unknown')],
    ['a delta of one nobody knows', audio('resp_unknown')],
  ])('lets an event with %s pass', async (_, event) => {
    const { session, telemetry } = useSession();
    session.send(event as Event);
    session.say(0, event as Event);
    expect(session.sent).toEqual([event]);
    expect(await telemetry.total('llm_requests_total')).toBe(0);
  });
});
