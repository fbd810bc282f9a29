/**
 * One plain and one streamed call through each client, wrapped by the functions after it. It imports nothing, so that every
 * runtime and module format brings its own copies. Resolves with what the last caller saw and what was counted in all.
 */
export async function scenario({ clients, MeterProvider, MetricReader }) {
  const reader = readerOf(MetricReader);
  const options = { meterProvider: new MeterProvider({ readers: [reader] }), provider: 'nvidia-nim' };
  let seen;
  for (const [client, ...wraps] of clients) {
    for (const wrap of wraps) wrap(client, options);
    seen = await call(client);
  }
  return { ...seen, ...(await counted(reader)) };
}

async function call(client) {
  const request = { model: 'meta/llama-3.1-8b-instruct', messages: [{ role: 'user', content: 'Hello?' }] };
  const { choices } = await client.chat.completions.create(request);
  const stream = await client.chat.completions.create({ ...request, stream: true });
  let streamed = '';
  for await (const chunk of stream) streamed += chunk.choices[0]?.delta.content ?? '';
  return { plain: choices[0].message.content, streamed };
}

async function counted(reader) {
  const { resourceMetrics } = await reader.collect();
  const metrics = resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics);
  const pointsOf = (name) => metrics.find(({ descriptor }) => descriptor.name === name)?.dataPoints ?? [];
  const show = ({ attributes, value }) => `${attributes.outcome}: ${value.count ?? value}`;
  return {
    requests: pointsOf('llm_requests_total').map(show),
    durations: pointsOf('llm_request_duration_seconds').map(show),
  };
}

function readerOf(MetricReader) {
  class Reader extends MetricReader {
    async onForceFlush() {}
    async onShutdown() {}
  }
  return new Reader();
}
