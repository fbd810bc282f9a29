import { readFileSync } from 'node:fs';
import { Ajv, type ValidateFunction } from 'ajv';
import type { Content, Message } from './captured';

const FIXTURES = new URL('../../core/test/fixtures/semconv/', import.meta.url);
const ajv = new Ajv({ strict: false, validateFormats: false });

const schema = (name: string) => JSON.parse(readFileSync(new URL(`gen-ai-${name}.json`, FIXTURES), 'utf8'));
const LISTS = {
  input: schema('input-messages'),
  output: schema('output-messages'),
  tools: schema('tool-definitions'),
  system: schema('system-instructions'),
};
const validators = {
  input: ajv.compile(LISTS.input),
  output: ajv.compile(LISTS.output),
  tools: ajv.compile(LISTS.tools),
  system: ajv.compile(LISTS.system),
};

/** Any part with a type is valid as a generic one, so that those with a definition of their own are held against that. */
const PARTS: Readonly<Record<string, string>> = {
  text: 'TextPart',
  reasoning: 'ReasoningPart',
  tool_call: 'ToolCallRequestPart',
  tool_call_response: 'ToolCallResponsePart',
  server_tool_call: 'ServerToolCallPart',
  server_tool_call_response: 'ServerToolCallResponsePart',
  compaction: 'CompactionPart',
  blob: 'BlobPart',
  file: 'FilePart',
  uri: 'UriPart',
};
/** Types of ours, for which the conventions have the generic part. */
const GENERIC = ['refusal', 'other'];
const partValidators = Object.fromEntries(
  Object.entries(PARTS).map(([type, name]) => [
    type,
    ajv.compile({ ...LISTS.output.$defs[name], $defs: LISTS.output.$defs }),
  ]),
);

/** What is wrong with captured content by the schemas of the conventions; empty if nothing is. */
export function faultsOf(content: Content): string[] {
  const messages = [...content.input, ...content.output];
  return [
    ...check(validators.input, content.input),
    ...check(validators.output, content.output),
    ...check(validators.system, content.system),
    ...(content.tools === undefined ? [] : check(validators.tools, content.tools)),
    ...messages.flatMap(({ parts }) => parts.flatMap(faultsOfPart)),
  ];
}

function faultsOfPart(part: Message['parts'][number]): string[] {
  const validate = partValidators[part.type];
  if (validate !== undefined) return check(validate, part);
  return GENERIC.includes(part.type) ? [] : [`part of type ${part.type}`];
}

function check(validate: ValidateFunction, value: unknown): string[] {
  return validate(value) ? [] : validate.errors!.map(({ instancePath, message }) => `${instancePath} ${message}`);
}
