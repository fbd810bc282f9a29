import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { attempt, installed, installing, tools } from './processes.mjs';

const { packageManager, devDependencies } = JSON.parse(readFileSync('package.json', 'utf8'));

/** What a command prints for `--version`, or undefined when it does not run. */
const versionOf = (command, env) => {
  const { status, stdout } = spawnSync(command, ['--version'], { env, encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
};

/** One sentence about what the machine lacks, or undefined when nothing is missing. */
function missing() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (process.platform === 'win32')
    return 'Windows is not supported: run this inside WSL (https://learn.microsoft.com/windows/wsl).';
  if (major < 20 || (major === 20 && minor < 20))
    return `Node 20.20 or newer is needed and this is ${process.version}: get it from https://nodejs.org.`;
  if (!versionOf('npm'))
    return 'npm is missing: it comes with Node from https://nodejs.org, or as the package `npm` of your system.';
  if (!versionOf('git'))
    return 'git is missing: get it from https://git-scm.com/downloads, or as the package `git` of your system.';
  return undefined;
}

// A global install into .tools: there alone every npm from 10 to 12 takes the flag that lets pnpm link its binary.
const npmInstall = 'install --global --prefix=.tools --ignore-scripts=false --allow-scripts=pnpm --no-audit --no-fund';

const steps = [
  { title: packageManager, command: `npm ${npmInstall} ${packageManager}`, environment: installing },
  {
    title: `dependencies and Node ${devDependencies.node}`,
    command: 'pnpm install --frozen-lockfile',
    environment: installing,
  },
  { title: 'build', command: 'pnpm run --silent build', environment: installed },
];

/** Installs pnpm, the dependencies and Node 24, and builds; what is there already takes no time. Resolves with an exit code. */
export async function setUp() {
  const lack = missing();
  if (lack) console.error(lack);
  if (lack) return 1;
  const hasPnpm = packageManager === `pnpm@${versionOf(join(tools, 'pnpm'))}`;
  for (const { title, command, environment } of hasPnpm ? steps.slice(1) : steps) {
    const code = await attempt(title, command.split(' '), environment);
    if (code) return code;
  }
  return nodeIsMissing();
}

function nodeIsMissing() {
  const found = versionOf('node', installed);
  if (found === `v${devDependencies.node}`) return 0;
  console.error(
    `Node ${devDependencies.node} is missing (found ${found}): delete the folder node_modules and run this again.`,
  );
  return 1;
}
