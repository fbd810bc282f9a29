// pnpm bench:start [--rounds 15]
// What setting up telemetry costs an application that starts: ours beside OpenTelemetry's own NodeSDK. Writes START-UP.md.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { markdownTable } from './report/table.ts';
import { installedPackages } from './workload/installed-packages.ts';

const WORKLOAD = fileURLToPath(new URL('workload/time-start.ts', import.meta.url));
const FOLDER = fileURLToPath(new URL('..', import.meta.url));
const PACKAGES = { register: '@grump/llm-otel-sdk', NodeSDK: '@opentelemetry/sdk-node' } as const;
type Name = keyof typeof PACKAGES;
const NAMES = Object.keys(PACKAGES) as Name[];

interface Times {
  readonly wall: number;
  readonly cpu: number;
}

function timeStart(name: Name): Times {
  const { stdout, stderr, status } = spawnSync(process.execPath, [WORKLOAD, name], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr.slice(-500));
  return JSON.parse(stdout.trim().split('\n').at(-1)!);
}

/** The fastest of rounds in which each takes its turn, one fresh process after the other: other work only adds. */
function measure(rounds: number): Record<Name, Times> {
  const times: Record<Name, Times[]> = { register: [], NodeSDK: [] };
  for (const name of NAMES) timeStart(name);
  for (let round = 0; round < rounds; round += 1) {
    for (const name of round % 2 === 0 ? NAMES : NAMES.toReversed()) times[name].push(timeStart(name));
  }
  const of = (name: Name): Times => ({
    wall: Math.min(...times[name].map(({ wall }) => wall)),
    cpu: Math.min(...times[name].map(({ cpu }) => cpu)),
  });
  return { register: of('register'), NodeSDK: of('NodeSDK') };
}

const rounds = Number(process.argv[process.argv.indexOf('--rounds') + 1] || 15) || 15;
const times = measure(rounds);
const installed = {
  register: installedPackages(FOLDER, PACKAGES.register),
  NodeSDK: installedPackages(FOLDER, PACKAGES.NodeSDK),
};
const row = (label: string, of: (name: Name) => number, digits = 0): string[] => {
  const [ours, theirs] = [of('register'), of('NodeSDK')];
  return [label, ours.toFixed(digits), theirs.toFixed(digits), `${((100 * ours) / theirs).toFixed(0)} %`];
};
const table = markdownTable(
  ['', '`register()`', '`NodeSDK`', ''],
  [
    row('packages installed', (name) => installed[name].count),
    row('MB installed', (name) => installed[name].bytes / 1e6, 1),
    row('import and start, ms', (name) => times[name].wall),
    row('the same, ms of CPU', (name) => times[name].cpu),
  ],
);
const text = `# Start-up

Importing an SDK and starting it with traces, metrics and logs over OTLP and \`/metrics\`, in fresh processes that have \`@opentelemetry/api\`
loaded: the fastest of ${rounds} rounds, in turns. Node ${process.versions.node}, ${cpus().length} × ${cpus()[0]?.model.trim()}. Packages without \`openai\` and \`@opentelemetry/api\`, which an
application has. Our exporters load with the first export, which is not in the time; NodeSDK's load at once.

${table}
`;
writeFileSync(new URL('../START-UP.md', import.meta.url), text);
console.log(table);
