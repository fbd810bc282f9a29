import { Call } from './call';
import type { DelayedWork, Ledger, MethodDescriptor } from './descriptor';
import { Ended } from './ended';
import { OTHER } from './errors';
import { enterShared } from './prices/shared-time';
import { recordCost, recorder, recordUsage, seriesOf } from './recorder';
import type { Watch } from './watch';

/** Enters what an observer learnt into the numbers of a client. */
export function ledgerOf(watch: Watch): Ledger {
  return {
    add: (work) => addWork(watch, work),
    set(gauge, model, value) {
      const { pipeline, endpoint } = watch;
      const attributes = { provider: endpoint.provider, model: pipeline.models.label(model, watch.options.models) };
      const id = Object.values(attributes).join('\n');
      pipeline.store.sum(gauge, id, () => attributes).value = value;
    },
  };
}

function addWork(watch: Watch, { operation, model, usage, completed, failed }: DelayedWork): void {
  const { pipeline, endpoint, options } = watch;
  const call = new Call(watch, endpoint, { operation } as MethodDescriptor, model ?? endpoint.model, recorder);
  call.duration = 0;
  call.facts.usage = usage;
  call.facts.responseModel = call.model;
  // Prices are those of the tier.
  call.facts.serviceTier = operation;
  // Nothing is summed up.
  call.facts.complete = completed + failed === 1;
  pipeline.models.confirm(call.model, options.models);
  const series = seriesOf(call, pipeline);
  const points = series.points('ok', undefined, undefined);
  if (completed > 0) points.requests.value += completed;
  if (failed > 0) series.points('error', OTHER, undefined).requests.value += failed;
  const ended = new Ended(call, pipeline, series, points, 'ok', undefined, undefined);
  if (usage === undefined) points.perCall('usageMissing').value += completed;
  else recordUsage(ended);
  if (options.pricing !== undefined) enterShared(call, options.pricing);
  recordCost(ended);
  if (usage?.input) points.perModel('tokenDetails', 'type', `${operation}_input`).value += usage.input;
  if (usage?.output) points.perModel('tokenDetails', 'type', `${operation}_output`).value += usage.output;
}
