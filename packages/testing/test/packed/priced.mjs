/** One call of a client that the price table knows. Resolves with what it cost, by source, and how many calls had no price. */
export async function priced({ client, wrapOpenAI, MeterProvider, MetricReader }) {
  class Reader extends MetricReader {
    async onForceFlush() {}
    async onShutdown() {}
  }
  const reader = new Reader();
  wrapOpenAI(client, { meterProvider: new MeterProvider({ readers: [reader] }), provider: 'openai' });
  await client.chat.completions.create({ model: 'gpt-4o', messages: [{ role: 'user', content: 'Hello?' }] });
  for (;;) {
    const { resourceMetrics } = await reader.collect();
    const metrics = resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics);
    const points = (name) => metrics.find(({ descriptor }) => descriptor.name === name)?.dataPoints ?? [];
    const costs = points('llm_cost_total').map(({ attributes, value }) => [attributes.source, value]);
    const unpriced = points('llm_unpriced_requests_total').map(({ value }) => ['none', value]);
    const found = [...costs, ...unpriced];
    if (found.length > 0) return Object.fromEntries(found);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
