import { expect, it } from 'vitest';
import { UNCONFIRMED_MODELS } from '../src/models';
import { wrapClient } from '../src/wrap';
import { createFakeClient, type FakeChunk, provider } from './fake-sdk';
import { consume, createWrapped, streamOf, useTelemetry } from './measure';

const STOP: FakeChunk = { end: 'stop' };

/** A client whose calls end as the name of the model says, and the models that were counted. */
function useModels() {
  const telemetry = useTelemetry();
  const client = wrapClient(
    createFakeClient(async ({ model }): Promise<unknown> => {
      if (model?.startsWith('broken'))
        return streamOf([
          [0, { kind: 'text' }],
          [0, new Error('cut')],
        ]);
      if (model?.startsWith('bad')) throw new Error('no such model');
      return STOP;
    }),
    provider,
    telemetry,
  );
  const call = async (model: string): Promise<void> => {
    try {
      const result = await client.chat.create({ model });
      if (result !== STOP) for await (const _ of result as AsyncIterable<unknown>);
    } catch {
      // What the bare client throws too.
    }
  };
  const models = async () => {
    const rows = (await telemetry.metrics()).filter(({ name }) => name === 'llm_requests_total');
    return new Set(rows.map(({ attributes }) => attributes.model));
  };
  return { call, models };
}

it('gives a label to every model that a server has answered for, in full or in part', async () => {
  const { call, models } = useModels();
  for (const kind of ['good', 'broken']) {
    for (let index = 0; index < UNCONFIRMED_MODELS; index++) await call(`${kind}-${index}`);
  }
  expect((await models()).size).toBe(2 * UNCONFIRMED_MODELS);
  expect(await models()).not.toContain('other');
});

it('caps the labels of models that none has answered for', async () => {
  const { call, models } = useModels();
  for (let index = 0; index < 2 * UNCONFIRMED_MODELS; index++) await call(`bad-${index}`);
  expect((await models()).size).toBe(UNCONFIRMED_MODELS + 1);
  expect(await models()).toContain('other');
});

it('counts the uses of a server’s tools by their names', async () => {
  const telemetry = useTelemetry();
  const usage = { input: 1, output: 1, serverTools: { web_search: 2, code_execution: 1 } };
  await consume(
    createWrapped(telemetry, async () =>
      streamOf([
        [0, { usage }],
        [0, STOP],
      ]),
    ),
  );
  const rows = (await telemetry.metrics()).filter(({ attributes }) => 'tool' in attributes);
  const counted = rows.map((row) => [row.attributes.tool, 'value' in row && row.value]);
  expect(Object.fromEntries(counted)).toEqual(usage.serverTools);
});

it.each(['input', 'output'] as const)('counts %s tokens alone where the server says no others', async (type) => {
  const telemetry = useTelemetry();
  await consume(
    createWrapped(telemetry, async () =>
      streamOf([
        [0, { usage: { [type]: 3 } }],
        [0, STOP],
      ]),
    ),
  );
  const rows = (await telemetry.metrics()).filter(({ name }) => name === 'llm_tokens_total');
  expect(rows.map((row) => [row.attributes.type, 'value' in row && row.value])).toEqual([[type, 3]]);
});
