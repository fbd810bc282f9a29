import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

// Tests read the sources of every workspace package; what is packed is tested by packages/testing/test/packed.
const sources = readdirSync(path('packages'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => ({
    name,
    find: new RegExp(`^@grump/llm-otel-${name}$`),
    replacement: path(`packages/${name}/src/index.ts`),
  }));

const base = { testTimeout: 20_000, hookTimeout: 30_000 };

// The second leg of the matrix: OpenTelemetry SDK 2.12 with api 1.9, in place of SDK 3 with api 1.10.
const sdk2 = ['api', 'context-async-hooks', 'sdk-metrics', 'sdk-trace'].map((name) => ({
  find: `@opentelemetry/${name}`,
  replacement: path(`packages/testing/sdk-2/node_modules/@opentelemetry/${name}`),
}));

export default defineConfig({
  test: {
    projects: [
      ...sources.map(({ name }) => ({
        resolve: { alias: sources },
        test: { ...base, name, root: path(`packages/${name}`) },
      })),
      ...['core', 'openai', 'anthropic', 'prometheus'].map((name) => ({
        resolve: { alias: [...sources, ...sdk2] },
        test: {
          ...base,
          name: `${name} (SDK 2, api 1.9)`,
          root: path(`packages/${name}`),
          env: { OTEL_LEG: '2' },
          // It makes spans itself, by the same api.
          server: { deps: { inline: [/@anthropic-ai[+/]sdk/] } },
        },
      })),
      ...['docs', 'examples/anthropic-chat', 'examples/next', 'examples/nim-chat', 'examples/workerd'].map(
        (folder) => ({
          resolve: { alias: sources },
          test: { ...base, name: folder, root: path(folder) },
        }),
      ),
    ],
  },
});
