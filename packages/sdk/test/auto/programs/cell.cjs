const { wrapOpenAI } = require('@grump/llm-otel-openai');
const { register } = require('@grump/llm-otel-sdk');
const OpenAI = require('openai');
require('./other.cjs');
const { runCell } = require('./run-cell.cjs');

runCell({ OpenAI, wrapOpenAI, register });
