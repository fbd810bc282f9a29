import type { Call } from '../call';
import type { CallContent } from '../call-hooks';
import { prepareContent as prepareCapture, type StartContent } from '../content/capture';
import type { ContentMapping, ContentTools, StreamFold } from '../content/mapping';
import { plain } from '../content/plain';
import type { MethodDescriptor } from '../descriptor';
import type { Pipeline } from '../pipeline';
import { seriesOf } from '../recorder';
import type { Outcome } from '../types';
import type { Watch } from '../watch';
import { countLater } from './count';
import { inputOf, MOST_UNITS, outputOf, type Said } from './texts';

/** Prepares to estimate the tokens of calls whose server tells none, beside the capture of their content where that is wanted. */
export async function prepareContent(watch: Watch): Promise<StartContent> {
  const capture = await prepareCapture(watch);
  const mappings = new Map<MethodDescriptor, ContentMapping>();
  for (const method of watch.descriptor.methods) {
    if (method.content !== undefined && !method.fetches) mappings.set(method, await method.content());
  }
  return (call, request) => {
    const captured = capture?.(call, request);
    const mapping = mappings.get(call.method);
    return mapping === undefined ? captured : new Estimate(call, mapping, request, captured);
  };
}

interface Kept {
  left: number;
  omitted: number;
}

/** Keeps what was said in one call until its usage is there, or its end. */
class Estimate implements CallContent<Call> {
  #call: Call;
  #mapping: ContentMapping;
  #captured: CallContent<Call> | undefined;
  #request: unknown;
  #isRead = false;
  #input: Said | undefined;
  #output: Said | undefined;
  #stream: StreamFold | undefined;
  #kept: Kept = { left: MOST_UNITS, omitted: 0 };
  #tools: ContentTools;

  constructor(call: Call, mapping: ContentMapping, request: unknown, captured: CallContent<Call> | undefined) {
    this.#call = call;
    this.#mapping = mapping;
    this.#request = request;
    this.#captured = captured;
    this.#tools = toolsOf(this.#kept);
  }

  get #isTold(): boolean {
    return this.#call.facts.usage !== undefined;
  }

  sent(): void {
    this.#captured?.sent();
    if (this.#isRead) return;
    this.#isRead = true;
    const request = this.#request;
    this.#request = undefined;
    const isChat = this.#call.method.operation === 'chat';
    this.#input = inputOf(this.#mapping.request(request, this.#tools), isChat);
  }

  chunk(chunk: unknown): void {
    this.#captured?.chunk(chunk);
    if (this.#isTold) return;
    this.sent();
    this.#stream ??= this.#mapping.stream(this.#tools);
    this.#stream.chunk(chunk);
  }

  result(result: unknown): void {
    this.#captured?.result(result);
    if (this.#isTold) return;
    this.sent();
    this.#output = outputOf(this.#mapping.result(result, this.#tools));
  }

  /** An answer of which nothing was seen is not estimated. */
  ended(call: Call, outcome: Outcome, errorType: string | undefined): void {
    this.#captured?.ended(call, outcome, errorType);
    if (this.#isTold || call.facts.deferred) return;
    if (this.#stream !== undefined) this.#output = outputOf(this.#stream.messages(), this.#kept.omitted);
    if (this.#input === undefined || this.#output === undefined) return;
    if (outcome !== 'ok' && this.#output.texts.length === 0) return;
    const { pipeline } = call.watch;
    countLater([this.#input, this.#output], (tokens) => record(call, pipeline, tokens));
  }
}

const TYPES = ['input', 'output'];

function record(call: Call, pipeline: Pipeline, tokens: readonly number[]): void {
  const series = seriesOf(call, pipeline);
  for (const [side, type] of TYPES.entries()) {
    const attributes = { ...series.modelLabels, type, source: 'estimated' };
    series.sum('tokens', `${type} estimated`, attributes).value += tokens[side]!;
  }
}

/** Tools for mappings: texts up to what is left, no media, and definitions in full. */
function toolsOf(kept: Kept): ContentTools {
  return {
    fullTools: true,
    text: () => {
      let text = '';
      return {
        add(more) {
          const head = more.slice(0, kept.left);
          text += head;
          kept.left -= head.length;
          kept.omitted += more.length - head.length;
        },
        value: () => text || undefined,
      };
    },
    blob: (modality) => ({ type: 'blob', modality, content: '' }),
    uri: (modality) => ({ type: 'uri', modality, uri: '' }),
    copy: plain,
  };
}
