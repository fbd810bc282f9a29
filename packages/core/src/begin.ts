import { context } from '@opentelemetry/api';
import { Call } from './call';
import { valuesOf } from './call-values';
import { contentOf } from './content/lazy';
import type { MethodDescriptor } from './descriptor';
import { warnFault } from './guard';
import { lateRecorder } from './late';
import { shared } from './pipeline';
import { enterShared } from './prices/shared-time';
import { recorder, seriesOf } from './recorder';
import { isInCall, startSpan } from './span';
import type { Watch } from './watch';

/** Starts a call with these arguments, whose clock and span then run; `undefined` inside another one, which would count it twice. */
export function begin(method: MethodDescriptor, watch: Watch, args: readonly unknown[]): Call | undefined {
  try {
    const active = context.active();
    if (isInCall(active)) return undefined;
    const { pipeline } = watch;
    const values = valuesOf(active);
    const endpoint = values?.labelled(watch.endpoint) ?? watch.endpoint;
    const request = method.request === undefined ? args[0] : method.request(args);
    const model = modelOf(method, request) ?? endpoint.model;
    const call = new Call(watch, endpoint, method, model, method.ready === undefined ? recorder : lateRecorder);
    call.context = active;
    if (values !== undefined) {
      call.values = values;
      values.began(pipeline);
    }
    const series = seriesOf(call, pipeline);
    startSpan(call, series, request, args);
    call.inFlight = series.inFlight;
    call.inFlight.value += 1;
    watch.tally.calls += 1;
    const content = contentOf(call, request);
    if (content !== undefined) call.content = content;
    if (watch.options.pricing !== undefined && !method.fetches) enterShared(call, watch.options.pricing);
    shared().calls?.began(call);
    return call;
  } catch (fault) {
    warnFault('starting a call', fault);
    return undefined;
  }
}

function modelOf(method: MethodDescriptor, request: unknown): string | undefined {
  try {
    return method.model(request);
  } catch (fault) {
    warnFault('the model', fault);
    return undefined;
  }
}
