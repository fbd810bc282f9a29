import { load } from '../../rivals/load.ts';

// Prints the milliseconds that importing the last of the packages takes once the others are there.
const names = process.argv.slice(2);
const entry = names.pop()!;
const importOurs = (name: string): Promise<unknown> => import(name);
const importIt = entry.startsWith('@grump/') ? importOurs : load;

for (const name of names) await importIt(name);
const before = performance.now();
await importIt(entry);
console.log(performance.now() - before);
process.exit(0);
