import { runDemo } from './demo.ts';
import { type DemoOptions, readOptions, USAGE, UsageError } from './options.ts';
import { SetupError } from './setup-error.ts';
import { onStop } from './stop.ts';

process.exitCode = await main();

async function main(): Promise<number> {
  try {
    const options = readOptions(process.argv.slice(2));
    if (options !== 'help') return await run(options);
    console.log(USAGE);
    return 0;
  } catch (error) {
    if (error instanceof UsageError) return fail(`${error.message}\n${USAGE}`, 2);
    if (error instanceof SetupError) return fail(error.message, 1);
    throw error;
  }
}

async function run(options: DemoOptions): Promise<number> {
  const { signal, exitCode } = onStop();
  const hasWorked = await runDemo(options, signal);
  if (signal.aborted) return options.keep ? 0 : exitCode();
  return hasWorked ? 0 : 1;
}

function fail(message: string, exitCode: number): number {
  console.error(message);
  return exitCode;
}
