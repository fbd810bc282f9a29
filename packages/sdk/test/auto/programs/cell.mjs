import { wrapOpenAI } from '@grump/llm-otel-openai';
import { register } from '@grump/llm-otel-sdk';
import OpenAI from 'openai';
import './other.cjs';
import { runCell } from './run-cell.cjs';

await runCell({ OpenAI, wrapOpenAI, register });
