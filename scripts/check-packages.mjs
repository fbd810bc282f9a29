// Packs every published package and looks at the tarball as a user gets it: publint, the types in every module resolution, the files.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const always = [
  'package/package.json',
  'package/README.md',
  'package/LICENSE',
  'package/dist/index.js',
  'package/dist/index.cjs',
];
const folder = mkdtempSync(join(tmpdir(), 'llm-otel-pack-'));

const output = (command, args, cwd) =>
  execFileSync(command, args, { cwd, encoding: 'utf8', stdio: 'pipe', maxBuffer: 2 ** 28 });

/** Packs a package and returns the path of its tarball. */
function pack(name) {
  const { filename } = JSON.parse(
    output('pnpm', ['pack', '--json', '--pack-destination', folder], join('packages', name)),
  );
  return filename;
}

/** What publint or attw says against a tarball. */
function tool(command, ...args) {
  try {
    output(command, args);
    return [];
  } catch ({ stdout, stderr }) {
    return [`${command} ${args.join(' ')}\n${stdout}${stderr}`];
  }
}

/** What is wrong with the contents: a missing file, an unresolved protocol of the workspace, the address of a registry. */
function contents(tarball) {
  const files = output('tar', ['-tzf', tarball]).trim().split('\n');
  const manifest = output('tar', ['-xzOf', tarball, 'package/package.json']);
  return [
    ...always.filter((file) => !files.includes(file)).map((file) => `${file} is missing`),
    ...(manifest.match(/"(workspace|catalog|link|file):[^"]*"/g) ?? []).map(
      (version) => `${version} stands in package.json`,
    ),
    ...(output('tar', ['-xzOf', tarball]).match(/https?:\/\/registry\.[\w./-]*/g) ?? []).map(
      (address) => `names the registry ${address}`,
    ),
  ];
}

const isPublished = (name) => !JSON.parse(readFileSync(join('packages', name, 'package.json'), 'utf8')).private;
for (const name of readdirSync('packages').filter(isPublished)) {
  const tarball = pack(name);
  const faults = [
    ...contents(tarball),
    ...tool('publint', 'run', '--strict', tarball),
    ...tool('attw', '--profile', 'strict', tarball),
  ];
  console.log(faults.length ? `${name}: ${faults.join('\n')}` : `${name}: good`);
  if (faults.length) process.exitCode = 1;
}
rmSync(folder, { recursive: true });
