import type { ResponseHeaders, ServerTimes } from '@grump/llm-otel-core';

type Fields = Readonly<Record<string, unknown>>;

const fields = (value: unknown): Fields => (typeof value === 'object' && value !== null ? (value as Fields) : {});

const number = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;

const fromMillis = (value: unknown): number | undefined => {
  const millis = number(value);
  return millis === undefined ? undefined : millis / 1000;
};

/** From one duration to another, where both are known. */
const less = (whole: number | undefined, part: number | undefined): number | undefined =>
  whole === undefined || part === undefined ? undefined : Math.max(whole - part, 0);

/** Where servers tell their times in a chunk or result, and how. */
const SERVERS: readonly { find(body: Fields): unknown; read(told: Fields): ServerTimes }[] = [
  { find: ({ timings }) => timings, read: llamaCpp },
  { find: ({ time_info }) => time_info, read: seconds },
  { find: ({ usage, x_groq }) => groqUsage(usage) ?? groqUsage(fields(x_groq).usage), read: seconds },
  { find: ({ nvext }) => fields(nvext).timing, read: dynamo },
  { find: ({ perf_metrics }) => perf_metrics, read: fireworks },
];

/** What an OpenAI-compatible server told of its own work, in `told`, the chunk or result that had it, or in headers. */
export function serverTimes(told: unknown, headers: ResponseHeaders | undefined): ServerTimes {
  const body = fields(told);
  for (const { find, read } of SERVERS) {
    const found = find(body);
    if (found) return read(fields(found));
  }
  return { ...tgi(headers), ...serverTiming(headers?.get('server-timing') ?? '') };
}

const groqUsage = (usage: unknown): unknown => (number(fields(usage).queue_time) === undefined ? undefined : usage);

/** llama.cpp: milliseconds. It has no queue time. */
function llamaCpp({ prompt_ms, predicted_ms, draft_n, draft_n_accepted }: Fields): ServerTimes {
  return {
    prefillSeconds: fromMillis(prompt_ms),
    decodeSeconds: fromMillis(predicted_ms),
    draftTokens: number(draft_n),
    acceptedTokens: number(draft_n_accepted),
  };
}

/** Groq and Cerebras: seconds. */
function seconds({ queue_time, prompt_time, completion_time }: Fields): ServerTimes {
  return {
    queueSeconds: number(queue_time),
    prefillSeconds: number(prompt_time),
    decodeSeconds: number(completion_time),
  };
}

/** Dynamo's `TimingInfo`: milliseconds. Without disaggregation there may be no prefill start, and all until the first token is prefill. */
function dynamo({ prefill_wait_time_ms, prefill_time_ms, ttft_ms, total_time_ms }: Fields): ServerTimes {
  const queueSeconds = fromMillis(prefill_wait_time_ms);
  const firstToken = fromMillis(ttft_ms);
  return {
    queueSeconds,
    prefillSeconds: fromMillis(prefill_time_ms) ?? less(firstToken, queueSeconds ?? 0),
    decodeSeconds: less(fromMillis(total_time_ms), firstToken),
  };
}

/** Fireworks: seconds, as text. Only dedicated deployments tell queue from prefill; else all until the first token is prefill. */
function fireworks(told: Fields): ServerTimes {
  const read = (name: string): number | undefined => {
    const value = told[name];
    return typeof value === 'string' && value !== '' ? number(Number(value)) : number(value);
  };
  const queueSeconds = read('prefill-queue-duration');
  const firstToken = read('server-time-to-first-token');
  return {
    queueSeconds,
    prefillSeconds: read('prefill-duration') ?? less(firstToken, queueSeconds ?? 0),
    decodeSeconds: read('generation-duration') ?? less(read('server-processing-time'), firstToken),
  };
}

/** TGI, on plain calls: milliseconds. Its inference is not split, and stands as decode. */
function tgi(headers: ResponseHeaders | undefined): ServerTimes {
  const read = (name: string): number | undefined => {
    const value = headers?.get(name);
    return value ? fromMillis(Number(value)) : undefined;
  };
  const queueSeconds = read('x-queue-time');
  return queueSeconds === undefined ? {} : { queueSeconds, decodeSeconds: read('x-inference-time') };
}

/** Names under which servers and gateways put the phases into `Server-Timing`. */
const METRICS: readonly (readonly [phase: keyof ServerTimes, name: RegExp])[] = [
  ['queueSeconds', /^queue(d|_time)?$/i],
  ['prefillSeconds', /^(prefill|prompt)(_time)?$/i],
  ['decodeSeconds', /^(decode|generation|completion)(_time)?$/i],
];

/** `Server-Timing: queue;dur=3.2, prefill;dur=40` (W3C): milliseconds. Other entries are not ours. */
function serverTiming(header: string): ServerTimes {
  const times: Record<string, number | undefined> = {};
  for (const entry of header.split(',')) {
    const [name = '', ...parameters] = entry.split(';').map((part) => part.trim());
    const duration = parameters.map((one) => /^dur="?([\d.]+)/i.exec(one)?.[1]).find((one) => one !== undefined);
    const phase = METRICS.find(([, pattern]) => pattern.test(name))?.[0];
    if (phase !== undefined && duration !== undefined) times[phase] = fromMillis(Number(duration));
  }
  return times;
}
