import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type MockNim, type OtlpReceiver, startMockNim, startOtlpReceiver } from '@grump/llm-otel-testing';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';

const cwd = fileURLToPath(new URL('..', import.meta.url));
const next = fileURLToPath(new URL('../node_modules/next/dist/bin/next', import.meta.url));

let nim: MockNim;
let otlp: OtlpReceiver;
let server: ChildProcess;
let said = '';
let url: string;

beforeAll(async () => {
  [nim, otlp] = await Promise.all([startMockNim(), startOtlpReceiver()]);
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    NODE_ENV: 'production',
    NEXT_TELEMETRY_DISABLED: '1',
    NIM_BASE_URL: nim.baseURL,
    NVIDIA_API_KEY: 'none',
    OTEL_EXPORTER_OTLP_ENDPOINT: otlp.url,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    OTEL_METRIC_EXPORT_INTERVAL: '1000',
    OTEL_BSP_SCHEDULE_DELAY: '200',
  };
  await promisify(execFile)(process.execPath, [next, 'build'], { cwd, env });
  server = spawn(process.execPath, [next, 'start', '--port', '0', '--hostname', '127.0.0.1'], { cwd, env });
  url = await new Promise<string>((resolve, reject) => {
    server.once('exit', () => reject(new Error(said)));
    for (const output of [server.stdout, server.stderr])
      createInterface(output!).on('line', (line) => {
        said += `${line}\n`;
        const [address] = /http:\/\/127\.0\.0\.1:\d+/.exec(line) ?? [];
        if (address !== undefined) resolve(address);
      });
  });
}, 240_000);

afterAll(async () => {
  server?.removeAllListeners('exit');
  if (server?.exitCode === null && server.kill('SIGTERM')) await once(server, 'exit');
  await Promise.all([nim?.close(), otlp?.close()]);
});

const ask = async (path: string): Promise<string> => (await fetch(url + path)).text();
const isCall = ({ scope }: OtlpReceiver['spans'][number]): boolean => scope === '@grump/llm-otel-core';

/** A sum as the service told it last. */
const total = (service: string, name: string, labels: object = {}): number =>
  (otlp.metrics.findLast((metric) => metric.name === name && metric.service === service)?.points ?? [])
    .filter(({ attributes }) => Object.entries(labels).every(([key, value]) => attributes[key] === value))
    .reduce((sum, { value }) => sum + value, 0);

describe.each([
  ['node', 'chat'],
  ['edge', 'chat-edge'],
])('the %s runtime', (runtime, service) => {
  test('exports a plain call and a stream once each, with their tokens', { timeout: 30_000 }, async () => {
    expect(await ask(`/${runtime}?q=Hi`)).toBe('Hello there!');
    expect(await ask(`/${runtime}?q=Hi&stream`)).toContain('"content":"Hello');
    const spans = () => otlp.spans.filter((span) => isCall(span) && span.service === service);
    await vi.waitFor(() => expect(total(service, 'llm_requests_total')).toBe(2), 15_000);
    await vi.waitFor(() => expect(spans()).toHaveLength(2), 15_000);

    const name = 'chat meta/llama-3.1-8b-instruct';
    const usage = { 'gen_ai.usage.input_tokens': 8, 'gen_ai.usage.output_tokens': 3 };
    for (const span of spans()) expect(span).toMatchObject({ name, attributes: usage });
    expect(total(service, 'llm_requests_total', { outcome: 'ok', operation: 'chat' })).toBe(2);
    expect(total(service, 'llm_tokens_total', { type: 'input' })).toBe(16);
    expect(total(service, 'llm_tokens_total', { type: 'output' })).toBe(6);
    expect(total(service, 'llm_request_duration_seconds')).toBe(2);
    expect(total(service, 'llm_time_to_first_token_seconds')).toBe(1);
    expect(total(service, 'llm_inter_token_latency_seconds')).toBe(2);
  });

  test("a call belongs to Next's own trace of the request", async () => {
    const calls = otlp.spans.filter((span) => isCall(span) && span.service === service);
    const parents = calls.map((call) => otlp.spans.find(({ spanId }) => spanId === call.parentSpanId)?.name);
    expect(parents).toEqual([expect.stringContaining(`/${runtime}`), expect.stringContaining(`/${runtime}`)]);
  });
});

test('/metrics shows what the Node runtime has counted', async () => {
  const page = await ask('/metrics');
  expect(page).toMatch(/^llm_requests_total\{.*outcome="ok".*\} 2$/m);
  expect(page).toMatch(/^llm_time_to_first_token_seconds_count\{.*\} 1$/m);
});

test('nothing is said', () => {
  expect(said).not.toMatch(/error|warn/i);
});
