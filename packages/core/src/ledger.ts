import { Call } from './call';
import type { DelayedWork, Ledger, MethodDescriptor } from './descriptor';
import type { Ended } from './ended';
import { recordCost, recorder, recordUsage } from './recorder';
import type { Watch } from './watch';

/** Enters what an observer learnt into the numbers of a client. */
export function ledgerOf(watch: Watch): Ledger {
  return {
    add: (work) => addWork(watch, work),
    set(gauge, model, value) {
      const { pipeline, endpoint } = watch;
      const attributes = { provider: endpoint.provider, model: pipeline.models.label(model) };
      const id = Object.values(attributes).join('\n');
      pipeline.store.sum(gauge, id, () => attributes).value = value;
    },
  };
}

function addWork(watch: Watch, { operation, model, usage, completed, failed }: DelayedWork): void {
  const { pipeline, endpoint } = watch;
  const call = new Call(watch, endpoint, { operation } as MethodDescriptor, model ?? endpoint.model, recorder);
  call.endedAt = call.startedAt;
  call.facts.usage = usage;
  call.facts.responseModel = call.model;
  // Prices are those of the tier.
  call.facts.serviceTier = operation;
  pipeline.models.confirm(call.model);
  const series = pipeline.series(endpoint, operation, pipeline.models.label(call.model));
  if (completed > 0) series.ending('ok', undefined).requests.value += completed;
  if (failed > 0) series.ending('error', '_OTHER').requests.value += failed;
  const ended: Ended = { call, pipeline, series, outcome: 'ok', errorType: undefined, record() {} };
  if (usage === undefined) series.perCall('usageMissing').value += completed;
  else recordUsage(ended);
  recordCost(ended);
  if (usage?.input) series.perModel('tokenDetails', 'type', `${operation}_input`).value += usage.input;
  if (usage?.output) series.perModel('tokenDetails', 'type', `${operation}_output`).value += usage.output;
}
