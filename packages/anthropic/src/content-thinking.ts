import type { ContentMapping } from '@grump/llm-otel-core';
import { mappingOf } from './content-mapping';

// Messages, with what the model thought: this module is a `ContentMapping`.

const mapping: ContentMapping = mappingOf(true);

export const request: ContentMapping['request'] = mapping.request;
export const result: ContentMapping['result'] = mapping.result;
export const stream: ContentMapping['stream'] = mapping.stream;
