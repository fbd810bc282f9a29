import type { Attributes, Span } from '@opentelemetry/api';
import type { Call } from '../call';
import type { CallContent } from '../call-hooks';
import type { MethodDescriptor } from '../descriptor';
import { warnFault } from '../guard';
import type { Outcome } from '../types';
import type { Watch } from '../watch';
import { emitDetails, loggerOf, requestAttributes } from './event';
import type { ContentMapping, ContentTools, StreamFold } from './mapping';
import { blob, uri } from './media';
import type { CapturedContent } from './messages';
import type { EventLogger } from './options';
import { plain } from './plain';
import { redacted } from './redact';
import { keepInput, sealed } from './seal';
import { type ContentSettings, settingsOf } from './settings';
import { TextBudget } from './text';

/** Begins to collect the content of a call; `undefined` where nobody would get it. */
export type StartContent = (call: Call, request: unknown) => CallContent<Call> | undefined;

/** Reads what the user asked for, and loads the mappings of the client's methods. */
export async function prepareContent({ descriptor, options }: Watch): Promise<StartContent | undefined> {
  const settings = settingsOf(options.content);
  if (settings.mode === 'off') return undefined;
  const mappings = new Map<MethodDescriptor, ContentMapping>();
  for (const method of descriptor.methods) {
    if (method.content !== undefined) mappings.set(method, await method.content());
  }
  return (call, request) => {
    const mapping = mappings.get(call.method);
    const places = mapping && placesOf(call, settings);
    return places && new Capture({ call, mapping, settings, ...places }, request);
  };
}

interface Places {
  readonly span: Span | undefined;
  readonly logger: EventLogger | undefined;
}

/** Where the content of `call` goes: to nobody if its span isn't sampled and no logger wants its event. */
function placesOf(call: Call, { mode }: ContentSettings): Places | undefined {
  const span = mode !== 'event' && call.span?.isRecording() ? call.span : undefined;
  const logger = mode === 'span' ? undefined : loggerOf(call);
  return (span ?? logger) ? { span, logger } : undefined;
}

interface Captured extends Places {
  readonly call: Call;
  readonly mapping: ContentMapping;
  readonly settings: ContentSettings;
}

/** What was said in one call. Nothing of it is read before the SDK has serialised the request. */
class Capture implements CallContent<Call> {
  #captured: Captured;
  #tools: ContentTools;
  #request: unknown;
  #isRead = false;
  #content: CapturedContent = {};
  #attributes: Attributes = {};
  #stream: StreamFold | undefined;

  constructor(captured: Captured, request: unknown) {
    this.#captured = captured;
    this.#tools = toolsFor(captured.settings);
    this.#request = request;
  }

  sent(): void {
    if (this.#isRead) return;
    this.#isRead = true;
    const { call, mapping, settings, logger } = this.#captured;
    const request = this.#request;
    this.#request = undefined;
    if (logger !== undefined) this.#attributes = requestAttributes(call, request);
    this.#content = keepInput(mapping.request(request, this.#tools), settings.maxBytes);
  }

  chunk(chunk: unknown): void {
    try {
      this.sent();
      this.#stream ??= this.#captured.mapping.stream(this.#tools);
      this.#stream.chunk(chunk);
    } catch (fault) {
      warnFault('content of a chunk', fault);
    }
  }

  result(result: unknown): void {
    this.sent();
    this.#content.outputMessages = this.#captured.mapping.result(result, this.#tools);
  }

  ended(call: Call, outcome: Outcome, errorType?: string): void {
    this.sent();
    const { settings, span, logger } = this.#captured;
    if (this.#stream !== undefined) this.#content.outputMessages = this.#stream.messages();
    const shown = redacted(this.#content, settings.redact);
    if (shown === undefined) return;
    const content = sealed(shown, settings.maxBytes, settings.redact !== undefined);
    span?.setAttributes(asJson(content));
    const request = this.#attributes;
    if (logger !== undefined) emitDetails(logger, { call, outcome, errorType, request, content });
  }
}

// The SDKs before 3 keep no structures on spans.
const asJson = (content: Readonly<Record<string, unknown>>): Attributes =>
  Object.fromEntries(Object.entries(content).map(([key, list]) => [key, JSON.stringify(list)]));

function toolsFor({ maxBytes, media, toolDefinitions }: ContentSettings): ContentTools {
  const budget = new TextBudget(maxBytes);
  const hash = media === 'hash';
  return {
    fullTools: toolDefinitions === 'full',
    text: () => budget.text(),
    blob: (modality, data, mimeType) => blob(modality, data, mimeType, hash),
    uri: (modality, link) => uri(modality, link, hash),
    copy: plain,
  };
}
