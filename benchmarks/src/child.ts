import type { Contender } from './contender.ts';
import type { Effort, Suite } from './suite.ts';

const [suiteName, contenderName, effort] = process.argv.slice(2) as [string, string, string];

async function run(): Promise<void> {
  const { contender } = (await import(`./contenders/${contenderName}.ts`)) as { contender: Contender };
  const { suite } = (await import(`./suites/${suiteName}.ts`)) as { suite: Suite };
  const measures = await suite.measure(contender, JSON.parse(effort) as Effort);
  process.send!(measures, () => process.exit(0));
}

await run();
