import { readdirSync, readFileSync } from 'node:fs';
import type OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { SDKS, useWrapped, type Wrapped } from './wrapped';

interface Case {
  readonly provider: string;
  readonly name: string;
  readonly api: 'embeddings' | 'images' | 'moderations';
  readonly request: { readonly model?: string };
  readonly body: string;
  readonly bodyBytes: number;
  readonly httpStatus: number;
  readonly responseHeaders: Readonly<Record<string, string>>;
  readonly truth: {
    readonly model?: string;
    readonly responseId?: string;
    readonly usage?: { readonly input: number };
  };
  readonly rawSdk: { readonly throws?: string };
}

const ROOT = new URL('./fixtures/media/', import.meta.url);
const read = (file: string): string => readFileSync(new URL(file, ROOT), 'utf8');

const CASES: readonly Case[] = readdirSync(ROOT, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .flatMap(({ name: provider }) =>
    Object.entries<Omit<Case, 'body'> & Record<'requestFile' | 'responseFile', string>>(
      JSON.parse(read(`${provider}/truth.json`)),
    ).map(([name, { requestFile, responseFile, ...truth }]) => ({
      ...truth,
      provider,
      name,
      request: JSON.parse(read(`${provider}/${requestFile}`)),
      body: read(`${provider}/${responseFile}`),
    })),
  );

const OPERATIONS = { embeddings: 'embeddings', images: 'generate_content', moderations: 'moderation' } as const;

const play = (client: OpenAI, { api, request }: Case): Promise<unknown> => {
  if (api === 'embeddings') return client.embeddings.create(request as never);
  return api === 'images' ? client.images.generate(request as never) : client.moderations.create(request as never);
};

const settled = (promise: Promise<unknown>) =>
  promise.then(
    (value) => ({ value: JSON.stringify(value) }),
    (error) => ({ error: error.constructor.name, message: error.message }),
  );

it('has its bytes intact', () => {
  expect(CASES.length).toBe(12);
  for (const { body, bodyBytes } of CASES) expect(new TextEncoder().encode(body).length).toBe(bodyBytes);
});

describe.each(SDKS)('%s', (_, SDK) => {
  it.each(CASES)('measures $provider/$name as it was', async (recorded) => {
    const { body, httpStatus: status, responseHeaders: headers, truth, rawSdk, api, request } = recorded;
    const answers = [{ body, status, headers }];
    const wrapped = useWrapped(answers, { SDK });
    const { fetch } = wrapped.client as unknown as { fetch: never };
    const bare = new SDK({ apiKey: 'test', maxRetries: 0, fetch });
    const seen = await settled(play(wrapped.client, recorded));
    expect(seen).toEqual(await settled(play(bare, recorded)));
    expect(seen).toMatchObject(rawSdk.throws === undefined ? {} : { error: rawSdk.throws });
    await expectTruth(wrapped, recorded, OPERATIONS[api]);
    const [span] = wrapped.telemetry.spans();
    expect(span?.name).toBe(`${OPERATIONS[api]}${request.model === undefined ? '' : ` ${request.model}`}`);
    expect(span?.attributes['gen_ai.response.model']).toBe(truth.model);
    expect(span?.attributes['gen_ai.response.id']).toBe(truth.responseId ?? JSON.parse(body).id);
  });
});

async function expectTruth(wrapped: Wrapped, { truth, api, httpStatus }: Case, operation: string): Promise<void> {
  const ok = httpStatus === 200;
  const figures = await wrapped.figures();
  expect(figures.outcomes).toEqual({ [ok ? 'ok' : 'error']: 1 });
  expect(figures.inFlight).toBe(0);
  expect(figures.tokens).toEqual(truth.usage ? { input: truth.usage.input } : {});
  expect(figures.usageMissing).toBe(ok && !truth.usage && api !== 'moderations' ? 1 : 0);
  expect(await wrapped.telemetry.total('llm_requests_total', { operation })).toBe(1);
}
