import type { CapturedContent, Message, MessagePart } from '../content/messages';

/** UTF-16 units that are looked at on each side of a call. What is more counts as the rest does. */
export const MOST_UNITS = 262_144;

/** What one side of a call said. */
export interface Said {
  readonly texts: readonly string[];
  /** Tokens that are no text: what begins and ends each message, and each call of a tool. */
  readonly frame: number;
  /** Units that were not kept. */
  readonly omitted: number;
}

/** OpenAI's chat format puts three tokens and the role around a message, three before the answer, eight around a call. */
const MESSAGE_TOKENS = 4;
const ANSWER_TOKENS = 3;
const CALL_TOKENS = 8;

/** What a request said. Prompts of text completions have no frame. */
export function inputOf(content: CapturedContent, isChat: boolean): Said {
  const { systemInstructions = [], inputMessages = [], toolDefinitions = [] } = content;
  const messages = inputMessages.length + (systemInstructions.length > 0 ? 1 : 0);
  return said(
    [
      ...systemInstructions.flatMap(textsOf),
      ...inputMessages.flatMap(textsOfMessage),
      ...toolDefinitions.map((definition) => JSON.stringify(definition)),
    ],
    callTokens(inputMessages) + (isChat ? messages * MESSAGE_TOKENS + ANSWER_TOKENS : 0),
  );
}

/** What an answer said, of which `omitted` units were not kept. */
export const outputOf = (messages: readonly Message[], omitted = 0): Said =>
  said(messages.flatMap(textsOfMessage), callTokens(messages), omitted);

const callTokens = (messages: readonly Message[]): number =>
  CALL_TOKENS * messages.flatMap(({ parts }) => parts).filter(({ type }) => type === 'tool_call').length;

function said(texts: readonly string[], frame: number, omitted = 0): Said {
  const kept: string[] = [];
  let left = MOST_UNITS;
  let beyond = omitted;
  for (const text of texts) {
    const head = text.slice(0, left);
    left -= head.length;
    beyond += text.length - head.length;
    if (head !== '') kept.push(head);
  }
  return { texts: kept, frame, omitted: beyond };
}

const textsOfMessage = ({ parts }: Message): string[] => parts.flatMap(textsOf);

/** Media are no text: nothing counts for them. */
function textsOf(part: MessagePart): string[] {
  switch (part.type) {
    case 'text':
    case 'reasoning':
    case 'refusal':
      return [part.content];
    case 'tool_call':
      return [part.name, asText(part.arguments)];
    case 'tool_call_response':
      return [asText(part.response)];
    default:
      return [];
  }
}

const asText = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));
