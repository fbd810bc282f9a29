import { defineConfig } from 'tsup';
import shared from '../../tsup.config';

export default defineConfig({
  ...shared,
  entry: { index: 'src/index.ts', edge: 'src/edge/index.ts', register: 'src/auto/entry.ts' },
  shims: false,
});
