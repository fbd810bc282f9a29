// An application whose lines tell the span that they were written in: node --import @grump/llm-otel-sdk/register application.mjs
import process from 'node:process';
import { trace } from '@opentelemetry/api';
import pino from 'pino';
import winston from 'winston';

const lines = pino();
const transports = [new winston.transports.Console()];
const logger = winston.createLogger({ format: winston.format.json(), transports });
trace.getTracer('test').startActiveSpan('a', (span) => {
  const { traceId } = span.spanContext();
  lines.info({ expected: traceId }, 'by pino');
  logger.info('by winston', { expected: traceId });
  span.end();
});
setTimeout(() => process.exit(0), 100);
