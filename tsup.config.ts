import { defineConfig } from 'tsup';

// One build for every published package: tsup finds this file from the package's folder.
export default defineConfig({
  entry: ['src/index.ts'],
  format: ['esm', 'cjs'],
  target: 'es2022',
  dts: true,
  clean: true,
  sourcemap: true,
  treeshake: true,
  splitting: false,
  // `http` without `node:` is not found by Deno and workerd.
  removeNodeProtocol: false,
});
