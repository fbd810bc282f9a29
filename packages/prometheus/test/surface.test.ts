import type { createServer } from 'node:http';
import { expect, expectTypeOf, test } from 'vitest';
import * as surface from '../src/index';

test('the package exports these values and no others', () => {
  expect(Object.keys(surface).sort()).toEqual(['PrometheusBridge', 'labelName', 'metricName']);
});

test('handler and fetch fit where they are used', () => {
  expectTypeOf<surface.PrometheusBridge['handler']>().toExtend<NonNullable<Parameters<typeof createServer>[1]>>();
  expectTypeOf<surface.PrometheusBridge['fetch']>().toExtend<(request: Request) => Promise<Response>>();
});
