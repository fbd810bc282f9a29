import { defineConfig } from 'tsup';
import base from '../../tsup.config';

// What few applications need is an entry of its own, which the others neither load nor bundle.
export default defineConfig({ ...base, entry: { index: 'src/index.ts', cluster: 'src/cluster/index.ts' } });
