import { cap, type Omission, retreatTexts } from './cap';
import type { CapturedContent } from './messages';
import { plain } from './plain';

type Input = Omit<CapturedContent, 'outputMessages'>;

interface Field {
  readonly attribute: string;
  readonly omission: Omission;
}

const mark = (count: number): string => `…[truncated ${count} entries]`;
const part = (count: number): object => ({ type: 'text', content: mark(count) });

/** Where each field goes, and what stands for entries that were left out. Names: genai main 6fd0d763 (2026-10-09). */
const FIELDS: Readonly<Record<keyof CapturedContent, Field>> = {
  systemInstructions: { attribute: 'gen_ai.system_instructions', omission: part },
  inputMessages: {
    attribute: 'gen_ai.input.messages',
    omission: (count) => ({ role: 'truncated', parts: [part(count)] }),
  },
  outputMessages: {
    attribute: 'gen_ai.output.messages',
    omission: (count) => ({ role: 'truncated', parts: [part(count)], finish_reason: 'error' }),
  },
  toolDefinitions: {
    attribute: 'gen_ai.tool.definitions',
    omission: (count) => ({ type: 'truncated', name: mark(count) }),
  },
};

const fieldsOf = (content: CapturedContent): [Field, readonly unknown[]][] =>
  Object.entries(FIELDS).flatMap(([key, field]) => {
    const list: unknown = content[key as keyof CapturedContent];
    return Array.isArray(list) && list.length > 0 ? [[field, list]] : [];
  });

/** How many times the cap of an attribute is kept of a request until its call is over and the redactor has seen it. */
const KEPT = 8;

/** The content of a request, shortened where it is far longer than what can go out. */
export function keepInput(input: Input, maxBytes: number): Input {
  const kept: Record<string, unknown> = {};
  for (const [key, list] of Object.entries(input)) {
    const capped = cap(list, KEPT * maxBytes, FIELDS[key as keyof Input].omission);
    // What was cut must not hold on to the long texts that it was cut from.
    kept[key] = capped === list ? list : JSON.parse(JSON.stringify(capped ?? []));
  }
  return kept;
}

/** The attributes of what the redactor let through: plain data, each in at most `maxBytes` of JSON. */
export function sealed(content: CapturedContent, maxBytes: number, wasRedacted: boolean): Record<string, unknown[]> {
  const attributes: Record<string, unknown[]> = {};
  for (const [{ attribute, omission }, list] of fieldsOf(content)) {
    const copy = plain(list) as unknown[];
    const capped = cap(wasRedacted ? retreatTexts(copy) : copy, maxBytes, omission);
    if (capped !== undefined) attributes[attribute] = [...capped];
  }
  return attributes;
}
