import { type ContentMapping, type ContentTools, type Message, own, ownString } from '@grump/llm-otel-core';
import { listOf } from './content-parts';
import { foldChat } from './content-stream';

// Text completions as messages of the GenAI conventions: this module is a `ContentMapping`.

export const request: ContentMapping['request'] = (body) => {
  const prompt = own(body, 'prompt');
  const prompts = Array.isArray(prompt) && !prompt.every(Number.isInteger) ? listOf(prompt) : [prompt];
  return { inputMessages: prompts.filter((one) => one !== undefined && one !== null).map(promptOf) };
};

export const result: ContentMapping['result'] = (body, tools) =>
  listOf(own(body, 'choices')).map((choice) =>
    answerOf({ content: own(choice, 'text') }, ownString(choice, 'finish_reason'), tools),
  );

/** A chunk's choices have text in place of a delta. */
export const stream: ContentMapping['stream'] = (tools) => {
  const fold = foldChat(tools, answerOf);
  return {
    chunk: (chunk) => fold.chunk({ choices: listOf(own(chunk, 'choices')).map(withDelta) }),
    messages: () => fold.messages(),
  };
};

const withDelta = (choice: unknown): object => ({
  index: own(choice, 'index'),
  finish_reason: own(choice, 'finish_reason'),
  delta: { content: own(choice, 'text') },
});

/** A prompt may be text, or the tokens that a tokenizer made of it. */
function promptOf(prompt: unknown): Message {
  const isText = typeof prompt === 'string';
  return { role: 'user', parts: [isText ? { type: 'text', content: prompt } : { type: 'other', kind: 'tokens' }] };
}

function answerOf(message: unknown, finishReason: string | undefined, _tools: ContentTools): Message {
  const content = ownString(message, 'content');
  const parts: Message['parts'] = content === undefined ? [] : [{ type: 'text', content }];
  return { role: 'assistant', parts, finish_reason: finishReason ?? 'error' };
}
