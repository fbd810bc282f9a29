import { wrapOpenAI } from '@grump/llm-otel-openai';
import OpenAI from 'openai';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { isolate, registerForTest } from './support/clean';
import { type Receiver, startReceiver } from './support/receiver';

let receiver: Receiver;
beforeEach(async () => {
  receiver = await startReceiver();
});
afterEach(() => receiver.close());
isolate();

const ANSWER = { choices: [], usage: { prompt_tokens: 7, completion_tokens: 3, total_tokens: 10 } };

function createClient(status: () => number): OpenAI {
  const fetch = async () => Response.json(ANSWER, { status: status() });
  return wrapOpenAI(new OpenAI({ baseURL: 'http://localhost:9/v1', apiKey: 'none', maxRetries: 0, fetch }));
}

const call = (client: OpenAI) => client.chat.completions.create({ model: 'm', messages: [] });

test('a tail sampler of register() sends the failed call alone', async () => {
  const otlp = { endpoint: receiver.url, protocol: 'http/json' } as const;
  const registration = registerForTest({ otlp, prometheus: { listen: false }, tailSampler: { ratio: 0 } });
  let status = 200;
  const client = createClient(() => status);
  for (let made = 0; made < 20; made++) await call(client);
  status = 500;
  await call(client).catch(() => {});
  await registration.forceFlush();
  const spans = receiver.to('traces').flatMap(({ body }) => {
    const { resourceSpans } = JSON.parse(String(body));
    return resourceSpans.flatMap(({ scopeSpans }: never) => (scopeSpans as { spans: unknown[] }[])[0]!.spans);
  });
  expect(spans).toHaveLength(1);
  expect(spans).toMatchObject([
    {
      attributes: expect.arrayContaining([
        { key: 'llm.sampling.reason', value: { stringValue: 'error' } },
        { key: 'llm.sampling.ratio', value: expect.anything() },
      ]),
    },
  ]);
});

test('a quota of register() holds until it is shut down, and is on /metrics', async () => {
  const options = { prometheus: { listen: false }, quota: { tokensPerDay: 25, refuse: true } };
  const registration = registerForTest(options);
  const client = createClient(() => 200);
  for (let made = 0; made < 3; made++) await call(client);
  await expect(call(client)).rejects.toThrow('tokensPerDay of all calls is used up: 30 of 25');
  const page = await (await registration.metricsFetch(new Request('http://localhost/metrics'))).text();
  const shown = page.split('\n').filter((line) => /^llm_(quota|requests_total)/.test(line));
  expect(shown.map((line) => line.replace(/provider="[^"]*"/, ''))).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^llm_quota_used\{.*limit="tokens_per_day".*scope="all".*\} 30$/),
      expect.stringMatching(/^llm_quota_headroom\{.*\} 0$/),
      expect.stringMatching(/^llm_quota_exceeded_total\{.*refused="true".*\} 1$/),
      expect.stringMatching(/^llm_requests_total\{.*error_type="QuotaExceededError".*\} 1$/),
    ]),
  );
  await registration.shutdown();
  await call(client);
});

test.each([
  [{ tailSampler: { ratio: 7 } }, 'tailSampler got ratio 7; allowed is a number from 0 to 1.'],
  [{ tailSampler: { share: 1 } }, 'tailSampler has no option share; allowed is ratio, slowQuantile'],
  [{ quota: { usdPerHour: -1 } }, 'quota got usdPerHour; allowed is a number from 0.'],
])('register(%o) throws, and registers nothing', (options, message) => {
  expect(() => registerForTest(options as never)).toThrow(message);
  expect(registerForTest({ prometheus: { listen: false } }).meterProvider).toBeDefined();
});
