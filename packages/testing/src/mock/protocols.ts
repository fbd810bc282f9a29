import { completionOf } from './completion.ts';
import { chunk, framesOf } from './frames.ts';
import { MESSAGES } from './messages.ts';
import type { Protocol } from './protocol.ts';
import { RESPONSES } from './responses.ts';
import { TEXT_COMPLETIONS } from './text-completions.ts';

const CHAT: Protocol = {
  path: '/chat/completions',
  idPrefix: 'chatcmpl-',
  toolPrefix: 'chatcmpl-tool-',
  frames: framesOf,
  body: completionOf,
  lacking: (answer) => ({
    'without-choices': chunk(answer, undefined),
    'without-delta': chunk(answer, [{ index: 0, finish_reason: null }]),
  }),
};

/** Every API of a model that the mock speaks; the first whose path fits is meant. */
export const PROTOCOLS: readonly Protocol[] = [CHAT, TEXT_COMPLETIONS, RESPONSES, MESSAGES];
