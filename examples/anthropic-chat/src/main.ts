import Anthropic from '@anthropic-ai/sdk';
import { type CallSummary, wrapAnthropic } from '@grump/llm-otel-anthropic';
import { register } from '@grump/llm-otel-sdk';
import { callLines } from './calls.ts';
import { askForStream, askWithTool } from './chat.ts';
import { openServer } from './server.ts';
import { SpanLog } from './span-log.ts';

const SERIES = /^llm_(requests_total|tokens_total|cost_total|time_to_first_token_seconds_count)/;

const spanLog = new SpanLog();
const server = await openServer();
const registration = register({
  serviceName: 'anthropic-chat',
  spanProcessors: [spanLog],
  prometheus: { listen: false },
});

const calls: CallSummary[] = [];
const { baseURL, apiKey } = server;
const client = wrapAnthropic(new Anthropic({ baseURL, ...(apiKey && { apiKey }) }), {
  onCall: (summary) => calls.push(summary),
});

await askForStream(client);
await askWithTool(client);
await registration.forceFlush();

const page = await (await registration.metricsFetch(new Request('http://localhost/metrics'))).text();
const series = page.split('\n').filter((line) => SERIES.test(line));
const isOn = process.env.ANTHROPIC_OPEN_TELEMETRY !== 'false';
const show = (title: string, lines: readonly string[]): void => console.log(`${title}\n\n${lines.join('\n')}\n`);
show('Calls', callLines(calls));
show(`Spans, with the SDK’s own tracing ${isOn ? 'on' : 'off'}`, spanLog.lines());
show('Metrics', series);

await registration.shutdown();
await server.close();
