import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';

const folder = fileURLToPath(new URL('../beside', import.meta.url));
const BUILT = existsSync(fileURLToPath(new URL('../../sdk/dist/index.js', import.meta.url)));

interface Seen {
  readonly ours: string[];
  readonly theirs: string[];
  readonly counted: { readonly ours: number; readonly theirs: number };
  readonly signals: Readonly<Record<'traces' | 'metrics' | 'logs', string>>;
}

async function run(which: string, when: string): Promise<Seen> {
  const environment = Object.entries(process.env).filter(([name]) => !/^(OTEL|DD|VITEST|NODE_OPTIONS)/.test(name));
  const options = { cwd: folder, env: Object.fromEntries(environment), timeout: 30_000 };
  const { stdout } = await promisify(execFile)(process.execPath, ['application.mjs', which, when], options);
  const line = stdout.split('\n').find((one) => one.startsWith('seen '));
  return JSON.parse(line!.slice('seen '.length));
}

const SPANS = ['chat m', 'their span'];
/** Who has the spans and the metrics; what is in `own` reaches the other SDK whoever came first. */
const ROWS = [
  ['NodeSDK 2', 'before', 'theirs', 'ours', []],
  ['NodeSDK 2', 'after', 'ours', 'ours', []],
  ['NodeSDK 3', 'before', 'theirs', 'ours', []],
  ['NodeSDK 3', 'after', 'ours', 'ours', []],
  ['NodeSDK 2 with metrics', 'before', 'theirs', 'theirs', []],
  ['NodeSDK 2 with metrics', 'after', 'ours', 'ours', []],
  // Sentry 11 takes no global of OpenTelemetry.
  ['Sentry', 'before', 'ours', 'ours', ['of Sentry']],
  ['Sentry', 'after', 'ours', 'ours', ['of Sentry']],
  // Brings @opentelemetry/api 1.9: coming first, it hides its globals from 1.10; later, it takes the tracer over.
  ['Datadog', 'before', 'nobody', 'ours', ['of Datadog']],
  ['Datadog', 'after', 'theirs', 'ours', ['of Datadog']],
  ['@vercel/otel', 'before', 'theirs', 'ours', []],
  ['@vercel/otel', 'after', 'ours', 'ours', []],
  ['Logfire', 'before', 'theirs', 'theirs', []],
  ['Logfire', 'after', 'ours', 'ours', []],
] as const;

describe.skipIf(!BUILT).concurrent('beside another SDK a call is counted once and has one span', () => {
  test.each(ROWS)('%s %s ours: spans are %s, metrics %s', { timeout: 60_000 }, async (...row) => {
    const [which, when, spans, metrics, own] = row;
    const seen = await run(which, when);
    expect(seen.ours.toSorted()).toEqual(spans === 'ours' ? SPANS : []);
    expect(seen.theirs.toSorted()).toEqual([...(spans === 'theirs' ? SPANS : []), ...own].toSorted());
    expect(seen.counted).toEqual({ ours: Number(metrics === 'ours'), theirs: Number(metrics === 'theirs') });
  });
});
