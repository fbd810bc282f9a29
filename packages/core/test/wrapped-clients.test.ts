import { beforeEach, expect, it } from 'vitest';
import { wrappedClients } from '../src/index';
import { shared } from '../src/pipeline';
import { wrapClient } from '../src/wrap';
import { createFakeClient, provider } from './fake-sdk';

beforeEach(() => shared().tallies.clear());

const create = () => createFakeClient(async () => ({ end: 'stop' }));

const told = () => wrappedClients().map(({ kind, calls }) => [kind, calls]);

it('are told once, by whoever wrapped them last', async () => {
  const client = wrapClient(create(), provider, { yields: true });
  expect(told()).toEqual([[provider.name, 0]]);
  wrapClient(client, provider, {});
  await client.chat.create({ model: 'm' });
  await client.chat.create({ model: 'm' });
  await wrapClient(create(), provider, { yields: true }).chat.create({ model: 'm' });
  expect(told()).toEqual([
    [provider.name, 2],
    [provider.name, 1],
  ]);
});
