import { CHAT } from './apis/chat.ts';
import { COMPLETIONS } from './apis/completions.ts';
import { MESSAGES } from './apis/messages.ts';
import { RESPONSES } from './apis/responses.ts';
import type { Api, ApiName } from './suite.ts';

/** Every API that the suite knows. */
export const APIS: Readonly<Record<ApiName, Api>> = {
  chat: CHAT,
  responses: RESPONSES,
  completions: COMPLETIONS,
  messages: MESSAGES,
};
