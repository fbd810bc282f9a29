import type { Attributes, Observable } from '@opentelemetry/api';

// OpenTelemetry JS (2 and 3) reports a series of an observable instrument for ever, with its last value, once a reader
// with cumulative temporality has seen it. There is no public way to end one, so this reaches into the SDK's memory.

interface AttributeMap {
  readonly _valueMap?: Map<string, unknown>;
  readonly _keyMap?: Map<string, Attributes>;
}

interface History {
  readonly accumulations?: AttributeMap;
  readonly aggregationTemporality?: number;
}

interface Storage {
  readonly _deltaMetricStorage?: {
    readonly _cumulativeMemoStorage?: AttributeMap;
    readonly _activeCollectionStorage?: AttributeMap;
  };
  readonly _temporalMetricStorage?: {
    readonly _reportHistory?: Map<unknown, History>;
    readonly _unreportedAccumulations?: Map<unknown, AttributeMap[]>;
  };
}

const CUMULATIVE = 1;

/**
 * Takes the series that are not `live` out of what the SDK will report of an instrument. Does nothing with an SDK that it does
 * not know. Readers with delta temporality report no old values, and are left as they are.
 */
export function forgetSeries(instrument: Observable, isLive: (attributes: Attributes) => boolean): void {
  const { _metricStorages: storages } = instrument as { _metricStorages?: readonly Storage[] };
  for (const { _deltaMetricStorage: delta, _temporalMetricStorage: temporal } of storages ?? []) {
    const histories = [...(temporal?._reportHistory?.values() ?? [])];
    if (histories.some(({ aggregationTemporality }) => aggregationTemporality !== CUMULATIVE)) continue;
    const waiting = [...(temporal?._unreportedAccumulations?.values() ?? [])].flat();
    const reported = histories.map(({ accumulations }) => accumulations);
    const maps = [...reported, ...waiting, delta?._cumulativeMemoStorage, delta?._activeCollectionStorage];
    for (const map of maps) forget(map, isLive);
  }
}

function forget(map: AttributeMap | undefined, isLive: (attributes: Attributes) => boolean): void {
  for (const [hash, attributes] of map?._keyMap ?? []) {
    if (isLive(attributes)) continue;
    map?._keyMap?.delete(hash);
    map?._valueMap?.delete(hash);
  }
}
