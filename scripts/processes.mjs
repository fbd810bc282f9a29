import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
process.chdir(root);

/** Where npm puts the pinned pnpm. */
export const tools = join(root, '.tools', 'bin');
const quiet = { TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1' };
const withPath = (...folders) => ({ ...process.env, ...quiet, PATH: [...folders, process.env.PATH].join(delimiter) });

/** What steps that install see: the pinned pnpm, and the Node that the machine has. */
export const installing = withPath(tools);

/** What everything else sees: the dependencies' commands first, among them Node 24. */
export const installed = withPath(join(root, 'node_modules', '.bin'), tools);

let running;
const isTerminal = process.stdin.isTTY || process.stdout.isTTY;

// A terminal sends Ctrl-C to the child as well, so only a signal that came to this process alone is passed on.
process.on('SIGINT', () => isTerminal || running?.kill('SIGINT'));
process.on('SIGTERM', () => running?.kill('SIGTERM'));

function run(command, args, options, onData) {
  return new Promise((resolve) => {
    running = spawn(command, args, options);
    running.stdout?.on('data', onData);
    running.stderr?.on('data', onData);
    running.on('error', (error) => resolve({ code: 127, reason: error.message }));
    running.on('close', (code, signal) => resolve({ code: code ?? 128 + constants.signals[signal], reason: signal }));
  });
}

/** Gives the terminal to a command and resolves with its exit code. */
export async function handOver(command, args) {
  const { code, reason } = await run(command, args, { env: installed, stdio: 'inherit' });
  if (code === 127) console.error(`${command} did not start: ${reason}`);
  return code;
}

/** Runs a command as one line of progress, with its output shown only when it fails; resolves with its exit code. */
export async function attempt(title, [command, ...args], env = installed) {
  const output = [];
  const started = Date.now();
  process.stdout.write(`${title} `);
  const dots = setInterval(() => process.stdout.write('.'), 1000);
  const { code, reason } = await run(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] }, (data) =>
    output.push(data),
  );
  clearInterval(dots);
  console.log(` ${((Date.now() - started) / 1000).toFixed(1)} s${code ? ', failed' : ''}`);
  if (code)
    console.error(`${Buffer.concat(output)}\n\`${command} ${args.join(' ')}\` ended with ${reason ?? `code ${code}`}.`);
  return code;
}
