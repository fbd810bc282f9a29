/** Next calls it once in each runtime, before the first request. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME === 'nodejs') {
    const { register } = await import('@grump/llm-otel-sdk');
    register({ serviceName: 'chat', prometheus: { listen: false } });
  } else {
    const { register } = await import('@grump/llm-otel-sdk/edge');
    register({ serviceName: 'chat-edge' });
  }
}
