import type { Point } from '../family';
import type { MetricPart } from './part';

/** Tells metrics of all scopes apart. */
export function metricId({ scope, name, unit, kind }: MetricPart): string {
  const { attributes = {}, version = '', schemaUrl = '' } = scope;
  return JSON.stringify([scope.name, version, schemaUrl, attributes, name, unit, kind]);
}

/** Tells the series of a metric apart. */
export function attributesId(attributes: Point['attributes']): string {
  const keys = Object.keys(attributes);
  if (keys.length > 1) keys.sort();
  let id = '';
  for (const key of keys) {
    const value = attributes[key];
    id += `${key}\u0001${typeof value === 'string' ? value : JSON.stringify(value)}\u0002`;
  }
  return id;
}
