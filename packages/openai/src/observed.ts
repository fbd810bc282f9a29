import type { ObservedMethod } from '@grump/llm-otel-core';

/** Methods that tell what became of batches and of fine-tuning jobs. */
export const observed: readonly ObservedMethod[] = [
  ...['create', 'retrieve', 'list', 'cancel'].map((method) => ({
    resource: ['batches'],
    method,
    observe: () => import('./batches'),
  })),
  ...['create', 'retrieve', 'list', 'listEvents'].map((method) => ({
    resource: ['fineTuning', 'jobs'],
    method,
    observe: () => import('./fine-tuning'),
  })),
];
