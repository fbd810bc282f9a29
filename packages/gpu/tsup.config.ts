import { defineConfig } from 'tsup';
import base from '../../tsup.config';

// The helper is a file that a process of its own runs, the command line one for `npx`.
export default defineConfig({ ...base, entry: ['src/index.ts', 'src/helper.ts', 'src/cli.ts'], shims: true });
