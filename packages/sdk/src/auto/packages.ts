/** A package with clients, and what watches them. */
export interface ClientPackage {
  /** As in its `package.json`, whatever alias it was installed under. */
  readonly name: string;
  /** Classes in its `index` or `client` file; what extends them is watched as well. */
  readonly classes: readonly string[];
  /** Our package, which is looked for when the client's is loaded, and its function. */
  readonly wrapper: string;
  readonly wrap: string;
}

const OPENAI = { wrapper: '@grump/llm-otel-openai', wrap: 'wrapOpenAI' };
const ANTHROPIC = { wrapper: '@grump/llm-otel-anthropic', wrap: 'wrapAnthropic' };

/** A provider more is a row more. */
export const CLIENT_PACKAGES: readonly ClientPackage[] = [
  { name: 'openai', classes: ['OpenAI', 'AzureOpenAI'], ...OPENAI },
  { name: '@anthropic-ai/sdk', classes: ['Anthropic'], ...ANTHROPIC },
  { name: '@anthropic-ai/aws-sdk', classes: ['AnthropicAws'], ...ANTHROPIC },
  { name: '@anthropic-ai/bedrock-sdk', classes: ['AnthropicBedrock', 'AnthropicBedrockMantle'], ...ANTHROPIC },
  { name: '@anthropic-ai/foundry-sdk', classes: ['AnthropicFoundry'], ...ANTHROPIC },
  { name: '@anthropic-ai/vertex-sdk', classes: ['AnthropicVertex'], ...ANTHROPIC },
];
