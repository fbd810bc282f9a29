import type { Answer } from './answer.ts';

/** The answer as the one JSON body of a call that does not stream. */
export function completionOf(answer: Answer): unknown {
  const { id, created, model, usage } = answer;
  return {
    id,
    object: 'chat.completion',
    created,
    model,
    choices: Array.from({ length: answer.choices }, (_, index) => choiceOf(answer, index)),
    ...(usage && { usage }),
  };
}

function choiceOf(answer: Answer, index: number): unknown {
  const { reasoning, tokens, refusal, toolCalls, finishReason } = answer;
  const message = {
    role: 'assistant',
    content: tokens.length > 0 ? tokens.join('') : null,
    refusal,
    ...(reasoning.length > 0 && { reasoning_content: reasoning.join('') }),
    ...(toolCalls.length > 0 && { tool_calls: toolCalls.map(toolCallOf) }),
  };
  return { index, message, logprobs: null, finish_reason: finishReason, stop_reason: null };
}

function toolCallOf({ id, name, arguments: args }: Answer['toolCalls'][number]): unknown {
  return { id, type: 'function', function: { name, arguments: args } };
}
