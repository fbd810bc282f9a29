import Anthropic1, { Anthropic } from '@anthropic-ai/sdk';
import { register } from '@grump/llm-otel-sdk';
import Anthropic030 from 'anthropic-0-30';
import Anthropic060 from 'anthropic-0-60';
import { mine } from './classes.mjs';
import { pageOf, scenario } from './scenario.mjs';

const classes = { Anthropic030, Anthropic060, Anthropic1, Mine: mine(Anthropic) };
await scenario(classes, () => pageOf(register()));
