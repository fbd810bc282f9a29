import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('../rivals', import.meta.url));

/** Installs the rivals into their own folder, as its lock file says. Without them, their rows say what is missing. */
export function installRivals(): void {
  const { status } = spawnSync('pnpm', ['install', '--frozen-lockfile', '--silent'], { cwd: FOLDER, stdio: 'inherit' });
  if (status !== 0) process.stderr.write('The rivals could not be installed; they are left out.\n');
}
