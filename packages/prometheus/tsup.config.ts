import { defineConfig } from 'tsup';
import base from '../../tsup.config';

// What few applications need is an entry of its own, which the others neither load nor bundle.
const entry = {
  index: 'src/index.ts',
  cluster: 'src/cluster/index.ts',
  'prom-client': 'src/prom-client/index.ts',
  push: 'src/push/index.ts',
};

export default defineConfig({ ...base, entry });
