import { DiagLogLevel } from '@opentelemetry/api';
import { diagLogLevelFromString } from '@opentelemetry/core';
import type { Environment } from './environment';

const LOG_LEVELS = ['none', 'error', 'warn', 'info', 'debug', 'verbose', 'all'] as const;

/** From `OTEL_LOG_LEVEL`. */
export const readLogLevel = (environment: Environment): DiagLogLevel =>
  diagLogLevelFromString(environment.word('OTEL_LOG_LEVEL', LOG_LEVELS)) ?? DiagLogLevel.WARN;
