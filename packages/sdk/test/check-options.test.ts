import { expect, test } from 'vitest';
import { checkOptions } from '../src/check-options';
import type { RegisterOptions } from '../src/index';

test.each([
  [{ serviceName: '' }, `serviceName ''`, 'a non-empty string'],
  [{ otlp: 'http://localhost:4318' }, `otlp 'http://localhost:4318'`, 'true, false or an object'],
  [{ otlp: { endpoint: 'localhost:4318' } }, `otlp.endpoint 'localhost:4318'`, 'such as http://localhost:4318'],
  [{ otlp: { endpoint: 'http://c:4318/v1/traces' } }, 'otlp.endpoint', 'without /v1/traces'],
  [{ otlp: { protocol: 'thrift' } }, `otlp.protocol 'thrift'`, 'http/protobuf, http/json, grpc'],
  [{ otlp: { timeoutMillis: 0 } }, 'otlp.timeoutMillis 0', 'milliseconds'],
  [{ otlp: { metricIntervalMillis: Number.NaN } }, 'otlp.metricIntervalMillis NaN', 'milliseconds'],
  [{ prometheus: { port: 1.5 } }, 'prometheus.port 1.5', '0 to 65535'],
  [{ prometheus: { path: 'metrics' } }, `prometheus.path 'metrics'`, 'starts with /'],
  [{ prometheus: { prot: 9464 } }, 'no option prometheus.prot', 'host, port, path, healthPath, listen'],
  [{ metricReaders: {} }, 'metricReaders an object', 'an array'],
  [{ sampler: 0.5 }, 'sampler 0.5', 'a Sampler'],
  [{ traces: 'yes' }, `traces 'yes'`, 'true or false'],
  [{ servicename: 'x' }, 'no option servicename', 'serviceName'],
])('%j is refused', (options, got, allowed) => {
  const check = () => checkOptions(options as RegisterOptions);
  expect(check).toThrow(TypeError);
  expect(check).toThrow(got);
  expect(check).toThrow(allowed);
});

test('undefined is as good as absent', () => {
  checkOptions({ serviceName: undefined, otlp: { endpoint: undefined }, prometheus: { port: undefined } });
});

test('types refuse what the check refuses', () => {
  // @ts-expect-error a ratio is not a sampler
  expect(() => checkOptions({ sampler: 0.5 })).toThrow();
  // @ts-expect-error thrift is not built
  expect(() => checkOptions({ otlp: { protocol: 'thrift' } })).toThrow();
});
