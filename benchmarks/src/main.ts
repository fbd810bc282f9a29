import { readArguments } from './arguments.ts';
import { clientOf } from './contender.ts';
import { installRivals } from './install-rivals.ts';
import { writeReadme } from './readme.ts';
import { printTable } from './report/print.ts';
import { writeReport } from './report/write.ts';
import { readResults, saveSuite } from './results.ts';
import { loadContender, playSuite } from './rounds.ts';
import { copyClient } from './workload/bench.ts';

const plan = readArguments(process.argv.slice(2));
const contenders = new Map(
  await Promise.all(plan.contenders.map(async (name) => [name, await loadContender(name)] as const)),
);
if ([...contenders.values()].some(({ kind }) => kind === 'rival')) installRivals();
for (const client of new Set([...contenders.values()].map(clientOf))) await copyClient(client);
for (const name of plan.suites) {
  const table = await playSuite(name, plan, (line) => process.stderr.write(`${line}\n`));
  printTable(name, table);
  if (plan.complete) await saveSuite(name, table, plan.quick);
}
if (plan.complete) {
  const results = await readResults();
  await writeReport(results, contenders);
  if (!Object.values(results.suites).some(({ quick }) => quick)) await writeReadme(results, contenders);
}
