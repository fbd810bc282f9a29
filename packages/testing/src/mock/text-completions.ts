import type { Answer } from './answer.ts';
import { event, type Frame, paceOf } from './frames.ts';
import type { Protocol } from './protocol.ts';

/** `POST /v1/completions`, the older API of OpenAI, as NIM (vLLM) speaks it. It knows neither reasoning nor tools. */
export const TEXT_COMPLETIONS: Protocol = {
  path: '/completions',
  idPrefix: 'cmpl-',
  toolPrefix: 'cmpl-tool-',
  frames(answer, schedule, withUsage) {
    const { firstTokenMillis, interTokenMillis } = paceOf(schedule);
    const chunks = answer.tokens.flatMap((text, token) =>
      eachChoice(answer, (index) => ({
        atMillis: firstTokenMillis + token * interTokenMillis,
        data: chunk(answer, [choice(index, text, null)]),
      })),
    );
    const atMillis = chunks.at(-1)?.atMillis ?? 0;
    const ends = eachChoice(answer, (index) => ({ atMillis, data: chunk(answer, [choice(index, '', 'stop')]) }));
    const usage = withUsage && answer.usage ? [{ atMillis, data: chunk(answer, [], { usage: answer.usage }) }] : [];
    return [...chunks, ...ends, ...usage, { atMillis, data: 'data: [DONE]\n\n' }];
  },
  body: (answer) => ({
    ...headOf(answer),
    choices: Array.from({ length: answer.choices }, (_, index) => choice(index, answer.tokens.join(''), 'stop')),
    ...(answer.usage && { usage: answer.usage }),
  }),
  lacking: (answer) => ({
    'without-choices': chunk(answer, undefined),
    'without-delta': chunk(answer, [{ index: 0, finish_reason: null }]),
  }),
};

const headOf = ({ id, created, model }: Answer): object => ({ id, object: 'text_completion', created, model });

const chunk = (answer: Answer, choices: unknown, extra: object = {}): string =>
  event({ ...headOf(answer), choices, ...extra });

const choice = (index: number, text: string, finishReason: string | null): object => ({
  index,
  text,
  logprobs: null,
  finish_reason: finishReason,
});

function eachChoice({ choices }: Answer, make: (index: number) => Frame): Frame[] {
  return Array.from({ length: choices }, (_, index) => make(index));
}
