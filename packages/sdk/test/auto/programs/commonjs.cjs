const OpenAI7 = require('openai');
const OpenAI4 = require('openai-4');
const { OpenAI: OpenAI5 } = require('openai-5');
const { default: OpenAI6 } = require('openai-6');
const { register } = require('@grump/llm-otel-sdk');

import('./scenario.mjs').then(async ({ pageOf, scenario }) => {
  const { azure, mine } = await import('./classes.mjs');
  const Azure4 = azure(OpenAI4.AzureOpenAI);
  const Azure7 = azure(OpenAI7.AzureOpenAI);
  const classes = { OpenAI4, OpenAI5, OpenAI6, OpenAI7, Mine: mine(OpenAI7.OpenAI), Azure4, Azure7 };
  await scenario(classes, () => pageOf(register()));
});
