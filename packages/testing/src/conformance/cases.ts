import { CONTENT } from './cases/content.ts';
import { faultCases } from './cases/faults.ts';
import { HELPERS } from './cases/helpers.ts';
import { leavingCases } from './cases/leaving.ts';
import { MESSAGE_CONTENT, MESSAGE_HELPERS } from './cases/message-helpers.ts';
import { promiseCases } from './cases/promise.ts';
import { RESPONSE_HELPERS } from './cases/response-helpers.ts';
import { streamCases } from './cases/stream.ts';
import type { Api, ApiName, ConformanceCase } from './suite.ts';

type Groups = Readonly<Record<string, readonly ConformanceCase[]>>;

/** What only one API has. */
const OWN: Readonly<Record<ApiName, Groups>> = {
  chat: { helpers: HELPERS, content: CONTENT },
  responses: { helpers: RESPONSE_HELPERS },
  completions: {},
  messages: { helpers: MESSAGE_HELPERS, content: MESSAGE_CONTENT },
};

/** Every case of an API, by group. */
export const casesOf = (api: Api): Groups => ({
  promise: promiseCases(api),
  stream: streamCases(api),
  'leaving early': leavingCases(api),
  faults: faultCases(api),
  ...OWN[api.name],
});
