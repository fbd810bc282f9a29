import { describe, expect, it } from 'vitest';
import type { CapturedContent, Message, MessagePart, ToolDefinition } from '../src/content/messages';
import { keepInput, sealed } from '../src/content/seal';

const text = (content: string): MessagePart => ({ type: 'text', content });
const message = (role: string, content: string): Message => ({ role, parts: [text(content)] });
const tool = (name: string): ToolDefinition => ({ type: 'function', name });
const many = <Entry>(make: (text: string) => Entry): Entry[] =>
  Array.from({ length: 300 }, (_, index) => make(`number ${index}`));

const CONTENT: Required<CapturedContent> = {
  systemInstructions: [text('be brief')],
  inputMessages: [message('user', 'Hello?')],
  outputMessages: [message('assistant', 'Hello!')],
  toolDefinitions: [tool('save')],
};

describe('what goes out of a call', () => {
  it('has the names of the conventions', () => {
    expect(sealed(CONTENT, 1000, false)).toEqual({
      'gen_ai.system_instructions': CONTENT.systemInstructions,
      'gen_ai.input.messages': CONTENT.inputMessages,
      'gen_ai.output.messages': CONTENT.outputMessages,
      'gen_ai.tool.definitions': CONTENT.toolDefinitions,
    });
  });

  it('has nothing for what was empty, absent, or no list', () => {
    expect(sealed({ inputMessages: [], outputMessages: 'text' as never }, 1000, false)).toEqual({});
  });

  it('has nothing where not even a mark fits', () => {
    expect(Object.keys(sealed({ inputMessages: [message('user', 'x'.repeat(100))] }, 20, false))).toEqual([]);
  });

  it.each<[keyof CapturedContent, unknown[], string, (mark: string) => object]>([
    ['systemInstructions', many(text), 'gen_ai.system_instructions', text],
    [
      'inputMessages',
      many((one) => message('user', one)),
      'gen_ai.input.messages',
      (mark) => message('truncated', mark),
    ],
    [
      'outputMessages',
      many((one) => message('assistant', one)),
      'gen_ai.output.messages',
      (mark) => ({ ...message('truncated', mark), finish_reason: 'error' }),
    ],
    ['toolDefinitions', many(tool), 'gen_ai.tool.definitions', (mark) => ({ type: 'truncated', name: mark })],
  ])('says how many entries of %s were left out, in an entry of their kind', (key, list, attribute, omission) => {
    const [first, ...rest] = sealed({ [key]: list }, 2000, false)[attribute]!;
    expect(first).toEqual(omission(`…[truncated ${300 - rest.length} entries]`));
    expect(rest).toEqual(list.slice(300 - rest.length));
  });

  it('was cut a little earlier where a redactor may have seen half of a word', () => {
    const cut = `${'x'.repeat(500)}…[truncated 100 bytes]`;
    const contentOf = (wasRedacted: boolean) =>
      sealed({ inputMessages: [message('user', cut)] }, 2000, wasRedacted)['gen_ai.input.messages'];
    expect(contentOf(false)).toEqual([message('user', cut)]);
    expect(contentOf(true)).toEqual([message('user', `${'x'.repeat(244)}…[truncated 356 bytes]`)]);
  });
});

describe('what is kept of a request until its call is over', () => {
  it('is the very content where it fits eight times the cap', () => {
    const kept = keepInput(CONTENT, 1000);
    expect(kept.inputMessages).toBe(CONTENT.inputMessages);
    const long = [message('user', 'x'.repeat(7000))];
    expect(keepInput({ inputMessages: long }, 1000).inputMessages).toBe(long);
  });

  it('is shortened where it does not', () => {
    const { inputMessages } = keepInput({ inputMessages: [message('user', 'x'.repeat(9000))] }, 1000);
    expect(JSON.stringify(inputMessages).length).toBeLessThanOrEqual(8000);
    expect(JSON.stringify(inputMessages)).toMatch(/x…\[truncated \d+ bytes\]/);
  });

  it('is nothing where not even a mark fits', () => {
    expect(keepInput({ inputMessages: [message('user', 'x'.repeat(100))] }, 2)).toEqual({ inputMessages: [] });
  });
});
