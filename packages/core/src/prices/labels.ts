/**
 * `provider` labels that the price table has prices for. Any other is never looked up there: whoever serves a model
 * himself must not get a vendor's price for it.
 */
export const LABELS: readonly string[] = [
  'anthropic',
  'azure',
  'bedrock',
  'cerebras',
  'cohere',
  'deepseek',
  'fireworks',
  'gemini',
  'groq',
  'mistral',
  'moonshot',
  'openai',
  'openrouter',
  'perplexity',
  'together',
  'vertex',
  'xai',
  'zai',
];
