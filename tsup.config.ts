import { defineConfig } from 'tsup';
import { mergeChunks } from './scripts/merge-chunks';

// One build for every published package: tsup finds this file from the package's folder.
export default defineConfig({
  entry: ['src/index.ts'],
  format: ['esm', 'cjs'],
  target: 'es2022',
  dts: true,
  clean: true,
  sourcemap: true,
  treeshake: true,
  // What is imported on demand is a file of its own.
  splitting: true,
  // `http` without `node:` is not found by Deno and workerd.
  removeNodeProtocol: false,
  plugins: [
    {
      // Jest can't `import()` from CommonJS.
      name: 'require-on-demand',
      renderChunk(code) {
        if (this.format !== 'cjs') return undefined;
        return {
          code: code.replace(
            /\bimport\((["'](?:\.|@opentelemetry\/)[^"']+["'])\)/g,
            'Promise.resolve().then(() => require($1))',
          ),
        };
      },
    },
    mergeChunks,
  ],
});
