import { parseArgs } from 'node:util';

/** What the command line says. */
export interface DemoOptions {
  /** Stay up after the table, with light traffic, until Ctrl-C. */
  readonly keep: boolean;
  /** Ask only this model. */
  readonly model: string | undefined;
  /** How long the traffic lasts. */
  readonly seconds: number;
}

export const USAGE = `Usage: npm run demo -- [--keep] [--model ID] [--seconds N]
  --keep        stay up with light traffic, for a scrape of /metrics, until Ctrl-C
  --model ID    ask only this model
  --seconds N   how long the traffic lasts (default 8)
NIM_BASE_URL (and NVIDIA_API_KEY) name a real NIM to use instead of the mock.`;

/** Wrong use; the message is one sentence for the user. */
export class UsageError extends Error {}

/** Reads the command line; `help` where it asks for nothing but that. */
export function readOptions(commandLine: readonly string[]): DemoOptions | 'help' {
  const { help, keep, model, seconds } = parse(commandLine);
  if (help) return 'help';
  if (model?.trim() === '') throw new UsageError('--model needs the id of a model.');
  return { keep, model, seconds: readSeconds(seconds) };
}

function parse(commandLine: readonly string[]) {
  try {
    return parseArgs({
      args: [...commandLine],
      options: {
        help: { type: 'boolean', short: 'h', default: false },
        keep: { type: 'boolean', default: false },
        model: { type: 'string' },
        seconds: { type: 'string', default: '8' },
      },
    }).values;
  } catch (error) {
    const [sentence] = (error as Error).message.split(/\.?(?:\n|\. |$)/, 1);
    throw new UsageError(`${sentence}.`);
  }
}

function readSeconds(text: string): number {
  const seconds = Number(text);
  if (text.trim() === '' || !(seconds > 0 && seconds <= 86_400)) {
    throw new UsageError(`--seconds is '${text}', and must be a number above 0 and up to 86400.`);
  }
  return seconds;
}
