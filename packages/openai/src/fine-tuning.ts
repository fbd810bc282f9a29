import { type Ledger, type Observer, own, ownNumber, ownString } from '@grump/llm-otel-core';
import { entriesOf, keep } from './lists';

// Loaded when a method of `fineTuning.jobs` is first called: this module is an `Observer`.

/** What is known of a job: its model, and how far it was seen to be. */
interface Job {
  readonly model: string | undefined;
  readonly at: number;
  readonly step: number;
}

const NEW: Job = { model: undefined, at: 0, step: 0 };
const jobs = new Map<string, Job>();
const MOST = 1000;

/** Learns the models of jobs, and sets the gauges from the newest metrics among the events of one. */
export const observe: Observer['observe'] = (result, [first], ledger) => {
  for (const entry of entriesOf(result)) {
    if (own(entry, 'object') === 'fine_tuning.job') seeJob(entry);
    else if (typeof first === 'string') seeEvent(first, entry, ledger);
  }
};

function seeJob(job: unknown): void {
  const id = ownString(job, 'id');
  if (id !== undefined) keep(jobs, id, { ...(jobs.get(id) ?? NEW), model: ownString(job, 'model') }, MOST);
}

/** Older events than the newest one that was seen change nothing: lists begin with the newest. */
function seeEvent(id: string, event: unknown, ledger: Ledger): void {
  const data = own(event, 'data');
  const step = ownNumber(data, 'step');
  const at = ownNumber(event, 'created_at') ?? 0;
  const job = jobs.get(id) ?? NEW;
  if (step === undefined || at < job.at || (at === job.at && step <= job.step)) return;
  keep(jobs, id, { model: job.model, at, step }, MOST);
  ledger.set('trainingStep', job.model, step);
  const loss = ownNumber(data, 'train_loss');
  const rate = ownNumber(data, 'learning_rate') ?? ownNumber(data, 'lr');
  if (loss !== undefined) ledger.set('trainingLoss', job.model, loss);
  if (rate !== undefined) ledger.set('trainingLearningRate', job.model, rate);
}
