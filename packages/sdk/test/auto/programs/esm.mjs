import { register } from '@grump/llm-otel-sdk';
import OpenAI7, { AzureOpenAI, OpenAI } from 'openai';
import OpenAI4, { AzureOpenAI as Azure4 } from 'openai-4';
import OpenAI5 from 'openai-5';
import { OpenAI as OpenAI6 } from 'openai-6';
import { azure, mine } from './classes.mjs';
import { pageOf, scenario } from './scenario.mjs';

const classes = {
  OpenAI4,
  OpenAI5,
  OpenAI6,
  OpenAI7,
  Mine: mine(OpenAI),
  Azure4: azure(Azure4),
  Azure7: azure(AzureOpenAI),
};
await scenario(classes, () => pageOf(register()));
