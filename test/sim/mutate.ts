/**
 * Takes the protocol's rules out of a copy of the sources, one by one, and looks for a history that notices: `npm run mutate`, some
 * minutes. `npm run mutate -- 7` tries only rule 7; `SIM_SEEDS=500` looks at fewer histories. Exit 1 if one goes unnoticed.
 */

import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { basename, join, relative, resolve } from 'node:path';
import { agentMutations } from './agent-mutations.ts';
import { attemptMutations } from './attempt-mutations.ts';
import { coordinatorMutations } from './coordinator-mutations.ts';
import type { Edit, Mutation } from './mutation.ts';

const root = resolve(import.meta.dirname, '../..');
const packages = ['core', 'coordinator', 'agent', 'test'];
const seedCount = process.env['SIM_SEEDS'] ?? '1500';
const outputBytesMax = 64 * 1024 * 1024;

const mutations = [...agentMutations, ...attemptMutations, ...coordinatorMutations].sort(
  (a, b) => a.rule - b.rule,
);
const wanted = process.argv.slice(2).map(Number);
const waiting = mutations.filter(({ rule }) => wanted.length === 0 || wanted.includes(rule));
const sound: Mutation = { rule: 0, what: 'nothing is taken out', edits: [] };
const unsound = await findWitness(sound);
if (unsound !== null) throw new Error(`the histories do not hold even with every rule in place: ${unsound}`);
let unnoticed = 0;
await Promise.all(Array.from({ length: availableParallelism() }, work));
console.log(
  unnoticed === 0 ? 'every rule is missed when it is gone' : `${unnoticed} rules can go without being missed`,
);
process.exitCode = unnoticed === 0 ? 0 : 1;

async function work(): Promise<void> {
  for (let mutation = waiting.shift(); mutation; mutation = waiting.shift()) {
    const witness = await findWitness(mutation);
    if (witness === null) unnoticed += 1;
    console.log(`rule ${mutation.rule}: ${mutation.what}\n    ${witness ?? 'NOT NOTICED'}`);
  }
}

/** Null when nothing notices. */
async function findWitness({ edits, unitTests = [] }: Mutation): Promise<string | null> {
  const copy = mkdtempSync(join(tmpdir(), 'cleangrid-mutant-'));
  try {
    copySources(copy);
    for (const edit of edits) if (!apply(copy, edit)) return null;
    const history = await run(copy, process.execPath, ['test/sim/run-seeds.ts', '1', seedCount]);
    if (history !== null) return history;
    if (unitTests.length === 0) return null;
    const vitest = join('node_modules', 'vitest', 'vitest.mjs');
    const failed = await run(copy, process.execPath, [vitest, 'run', '--project', 'unit', ...unitTests]);
    return failed === null ? null : `seen by ${unitTests.join(', ')}`;
  } finally {
    rmSync(copy, { recursive: true });
  }
}

/** The packages' links to each other are relative, so that they lead into the copy; libraries are shared. */
function copySources(copy: string): void {
  for (const name of packages) {
    cpSync(join(root, name), join(copy, name), {
      recursive: true,
      verbatimSymlinks: true,
      filter: (source) =>
        basename(source) !== 'dist' && relative(root, source) !== join('agent', 'supervisor'),
    });
  }
  for (const file of ['package.json', 'vitest.config.ts']) cpSync(join(root, file), join(copy, file));
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
}

/** False, with the reason printed, when the sources have changed too much for it. */
function apply(copy: string, { file, find, replace }: Edit): boolean {
  const path = join(copy, file);
  const [before, after, ...more] = readFileSync(path, 'utf8').split(find);
  if (before === undefined || after === undefined || more.length > 0) {
    console.log(`${file} does not contain exactly once: ${find}`);
    return false;
  }
  writeFileSync(path, before + replace + after);
  return true;
}

/** What a failing command said first; null when it succeeds. A crash of the histories themselves proves nothing. */
function run(cwd: string, command: string, args: string[]): Promise<string | null> {
  return new Promise((done, fail) => {
    execFile(command, args, { cwd, maxBuffer: outputBytesMax }, (error, stdout, stderr) => {
      const [first = ''] = stdout.trim().split('\n');
      if (error && first === '') fail(new Error(stderr));
      else done(error ? first.slice(0, 160) : null);
    });
  });
}
