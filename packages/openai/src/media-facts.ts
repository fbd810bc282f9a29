import { type LateModule, own, ownString } from '@grump/llm-otel-core';
import { foldParts } from './parts';
import { readCost, type ServerUsage } from './usage';

export { foldBytes, tapSpeech } from './speech';

// Loaded when one of these methods is first called: this module is a `LateModule`.

/** What the answers of the images, audio, moderations and reranking methods say; a text or a `Response` says nothing. */
export const fold: LateModule['fold'] = (facts, body) => {
  facts.responseId ??= ownString(body, 'id');
  facts.responseModel ??= ownString(body, 'model');
  const usage = own(body, 'usage');
  if (typeof usage !== 'object' || usage === null) return;
  foldParts(facts, usage);
  facts.cost = readCost(usage as ServerUsage);
};
