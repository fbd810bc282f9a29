import type Anthropic from '@anthropic-ai/sdk';
import { betaTool } from '@anthropic-ai/sdk/helpers/beta/json-schema';

const MODEL = 'claude-sonnet-5';

/** Reads an answer as it is written; returns its text. */
export async function askForStream(client: Anthropic): Promise<string> {
  const stream = client.messages.stream({
    model: MODEL,
    max_tokens: 2048,
    thinking: { type: 'enabled', budget_tokens: 1024 },
    messages: [{ role: 'user', content: 'Why does the first token take longer than the ones after it?' }],
  });
  return stream.finalText();
}

const weather = betaTool({
  name: 'get_weather',
  description: 'The weather of a city',
  inputSchema: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  run: ({ city }) => `4 °C and rain in ${city}`,
});

/** Lets the model call a tool until it has its answer: each turn is a call. */
export async function askWithTool(client: Anthropic): Promise<void> {
  await client.beta.messages.toolRunner({
    model: MODEL,
    max_tokens: 512,
    tools: [weather],
    messages: [{ role: 'user', content: 'Do I need an umbrella in Oslo?' }],
  });
}
