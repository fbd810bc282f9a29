import {
  type Moment,
  moment,
  type OpenCall,
  openCall,
  own,
  ownString,
  recordFirstAudio,
  type Watch,
} from '@grump/llm-otel-core';
import { keep } from './lists';
import { response, type SessionRequest, transcription } from './realtime-methods';

/** A response or a transcription under way. */
interface Turn {
  readonly call: OpenCall;
  /** Of the client's event that ordered it. */
  readonly eventId: string | undefined;
  audible: boolean;
}

/** Items and turns of one session that are kept track of. */
const MOST = 1000;
const AUDIO = /^response\.(output_)?audio\.delta$/;
const TRANSCRIPTION = /^conversation\.item\.input_audio_transcription\.(.*)$/;
const ERROR_TYPE = /^[a-z][a-z_]{0,63}$/;

const TEXT = ['text'];

/** The beta says `modalities`. */
const modalitiesOf = (settings: unknown): unknown => own(settings, 'output_modalities') ?? own(settings, 'modalities');

/** The calls of one realtime session, as its events tell. */
export class RealtimeSession {
  readonly #watch: Watch;
  #model: string | undefined;
  #modalities: unknown;
  #transcriber: string | undefined;
  /** Ordered, and not yet known by an id. */
  #ordered: Turn[] = [];
  #turns = new Map<string, Turn>();
  #committed = new Map<string, Moment>();
  /** When the user stopped speaking. */
  #heard: Moment | undefined;

  constructor(watch: Watch, model: string | undefined) {
    this.#watch = watch;
    this.#model = model;
  }

  /** The client sends an event. */
  sent(event: unknown): void {
    if (ownString(event, 'type') !== 'response.create' || this.#ordered.length >= MOST) return;
    const modalities = modalitiesOf(own(event, 'response')) ?? this.#modalities;
    this.#ordered.push(this.#open(modalities, ownString(event, 'event_id')));
  }

  /** The server sent one. */
  received(event: unknown): void {
    const type = ownString(event, 'type') ?? '';
    const id = ownString(event, 'response_id') ?? ownString(own(event, 'response'), 'id');
    if (type.startsWith('session.')) this.#learn(own(event, 'session'));
    else if (type.startsWith('input_audio_buffer.')) this.#listen(type, event);
    else if (type === 'error') this.#refused(own(event, 'error'));
    else if (TRANSCRIPTION.test(type)) this.#transcribe(type, event);
    else if (id !== undefined) this.#respond(id, type, event);
  }

  /** The connection is gone; what is under way ends with it. */
  closed(byClient: boolean): void {
    for (const { call } of [...this.#ordered, ...this.#turns.values()]) {
      if (byClient) call.closed();
      else call.exhausted();
    }
    this.#ordered = [];
    this.#turns.clear();
  }

  #open(modalities: unknown, eventId?: string, start?: Moment): Turn {
    const request: SessionRequest = { model: this.#model, modalities };
    return { call: openCall(response, this.#watch, request, start), eventId, audible: false };
  }

  #learn(session: unknown): void {
    this.#model = ownString(session, 'model') ?? this.#model;
    this.#modalities = modalitiesOf(session) ?? this.#modalities;
    const input = own(own(session, 'audio'), 'input');
    const options = own(input, 'transcription') ?? own(session, 'input_audio_transcription');
    this.#transcriber = ownString(options, 'model') ?? this.#transcriber;
  }

  #listen(type: string, event: unknown): void {
    const item = ownString(event, 'item_id');
    if (type.endsWith('speech_started')) this.#heard = undefined;
    else if (type.endsWith('speech_stopped')) this.#heard = moment();
    else if (type.endsWith('committed') && item !== undefined) {
      this.#heard ??= moment();
      keep(this.#committed, item, this.#heard, MOST);
    }
  }

  #respond(id: string, type: string, event: unknown): void {
    let turn = this.#turns.get(id);
    if (turn === undefined && type === 'response.created') {
      turn = this.#ordered.shift() ?? this.#open(this.#modalities, undefined, this.#heard);
      this.#heard = undefined;
      turn.call.facts.responseModel = this.#model;
      this.#turns.set(id, turn);
    }
    if (turn === undefined) return;
    turn.call.arrived(event);
    if (!turn.audible && AUDIO.test(type)) {
      turn.audible = true;
      recordFirstAudio(turn.call);
    }
    if (type === 'response.done') this.#finish(id, turn, own(event, 'response'));
  }

  #finish(id: string, { call }: Turn, body: unknown): void {
    this.#turns.delete(id);
    const status = ownString(body, 'status');
    if (status === 'cancelled') call.closed();
    else if (status === 'failed') this.#fail(call, own(own(body, 'status_details'), 'error'));
    else call.exhausted();
  }

  #fail(call: OpenCall, error: unknown): void {
    const type = ownString(error, 'code') ?? ownString(error, 'type') ?? '';
    call.end('error', ERROR_TYPE.test(type) ? type : '_OTHER', error);
  }

  /** An error that names no event is taken to be that of the oldest order which has no name either. */
  #refused(error: unknown): void {
    const eventId = ownString(error, 'event_id');
    const place = this.#ordered.findIndex((turn) => turn.eventId === eventId);
    const [turn] = place < 0 ? [] : this.#ordered.splice(place, 1);
    if (turn !== undefined) this.#fail(turn.call, error);
  }

  #transcribe(type: string, event: unknown): void {
    const item = ownString(event, 'item_id');
    if (item === undefined) return;
    const request: SessionRequest = { model: this.#transcriber, modalities: TEXT };
    const open = (): OpenCall => openCall(transcription, this.#watch, request, this.#committed.get(item));
    const call = this.#turns.get(item)?.call ?? open();
    call.arrived(event);
    const [, what] = TRANSCRIPTION.exec(type) ?? [];
    if (what === 'delta' || what === 'segment') this.#turns.set(item, { call, eventId: undefined, audible: true });
    else this.#turns.delete(item);
    if (what === 'completed') call.exhausted();
    else if (what === 'failed') this.#fail(call, own(event, 'error'));
  }
}
