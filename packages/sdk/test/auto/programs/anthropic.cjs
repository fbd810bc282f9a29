const { default: Anthropic1, Anthropic } = require('@anthropic-ai/sdk');
const { register } = require('@grump/llm-otel-sdk');
const Anthropic030 = require('anthropic-0-30');
const { Anthropic: Anthropic060 } = require('anthropic-0-60');

import('./scenario.mjs').then(async ({ pageOf, scenario }) => {
  const { mine } = await import('./classes.mjs');
  const classes = { Anthropic030, Anthropic060, Anthropic1, Mine: mine(Anthropic) };
  await scenario(classes, () => pageOf(register()));
});
