// node scripts/run.mjs <demo|test|check|setup> [arguments…]
// Sets up everything from the lockfile, then runs the command. It starts on the Node of a fresh machine: no dependency here.
import { readFileSync, rmSync } from 'node:fs';
import { buildCollector } from './collector.mjs';
import { attempt, handOver } from './processes.mjs';
import { setUp } from './setup.mjs';

const checks = ['lint', 'types', 'check:layers', 'knip', 'check:packages', 'check:size'];
const report = 'reports/tests.json';

/** Runs the demo; the arguments are its own (`--keep`, `--model`, …). */
const demo = (args) => handOver('node', ['examples/nim-chat/src/main.ts', ...args]);

/** Runs the tests; the arguments are vitest's (a file name, `--project core`, …). */
async function test(args) {
  await buildCollector();
  rmSync(report, { force: true });
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const code = await handOver('vitest', ['run', ...reporters, ...args]);
  const { passed, failed, skipped } = counts(code);
  return summary(passed, failed, skipped);
}

/** Reads vitest's report; a file or a run that broke outside of any test counts as one failed test. */
function counts(code) {
  const { numPassedTests: passed, numFailedTests, numPendingTests, numTodoTests, testResults } = readReport();
  const broken = testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && !assertionResults.some(isFailed),
  );
  const failed = numFailedTests + broken.length;
  return { passed, failed: failed || Number(code !== 0), skipped: numPendingTests + numTodoTests };
}

const isFailed = ({ status }) => status === 'failed';

function readReport() {
  try {
    return JSON.parse(readFileSync(report, 'utf8'));
  } catch {
    return { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0, testResults: [] };
  }
}

/** Runs every check, also after one has failed. */
async function check() {
  let failed = 0;
  for (const name of checks) {
    const code = await attempt(name, ['pnpm', 'run', '--silent', name]);
    failed += Number(code !== 0);
  }
  return summary(checks.length - failed, failed, 0);
}

function summary(passed, failed, skipped) {
  console.log(`\n${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}`);
  return failed || !passed ? 1 : 0;
}

const commands = { demo, test, check, setup: () => 0 };
const [name, ...args] = process.argv.slice(2);
if (!Object.hasOwn(commands, name ?? '')) {
  console.error(`Usage: node scripts/run.mjs <${Object.keys(commands).join('|')}> [arguments…]`);
  process.exit(2);
}
process.exitCode = (await setUp()) || (await commands[name](args));
