import { type MethodDescriptor, own } from '@grump/llm-otel-core';
import { media } from './media';

/** NIM's `/v1/ranking` and `…/reranking`, and the `/rerank` of vLLM, Jina and Cohere. */
const PATH = /\/(re)?rank(ing)?$/;

const ranking = media('', 'post', undefined, 'rerank');

/** Reranking has no method: it goes through `client.post`, as all calls of the SDK do, of which only its paths count. */
export const rerank: MethodDescriptor = {
  ...ranking,
  resource: [],
  isCall: ([path]) => typeof path === 'string' && PATH.test(path),
  request: (args) => args[1],
  model: (options) => ranking.model(own(options, 'body')),
};
