/**
 * `npm run proto`: the protocol's files follow buf's rules, break nothing that a version which still fits speaks, and the generated code is
 * theirs. The lint stage of `npm test` runs it too.
 */

import { execFile } from 'node:child_process';
import { glob, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { versionsFit } from '../core/src/version.ts';
import { root, runTool, type ToolResult } from './run-tool.ts';

const run = promisify(execFile);
/** buf looks for its plugin there. */
const env = { PATH: [join(root, 'node_modules/.bin'), process.env['PATH']].join(delimiter) };

if (import.meta.main) {
  const results = await checkProto();
  for (const { output } of results) process.stdout.write(output);
  process.exitCode = results.some(({ exitCode }) => exitCode !== 0) ? 1 : 0;
}

export async function checkProto(): Promise<ToolResult[]> {
  const scratch = await mkdtemp(join(tmpdir(), 'cleangrid-proto-'));
  try {
    return [
      await runTool(['buf', 'lint', 'proto'], { output: 'kept', env }),
      await checkBreaking(scratch),
      await checkGenerated(scratch),
    ];
  } finally {
    await rm(scratch, { recursive: true });
  }
}

/** Against the oldest commit whose version fits the present one; a checkout without history has nothing to compare with. */
async function checkBreaking(scratch: string): Promise<ToolResult> {
  const oldest = await oldestFitting();
  if (oldest === null)
    return { exitCode: 0, output: 'proto: no earlier commit to compare with\n', seconds: 0 };
  const archive = join(scratch, 'baseline.tar');
  await run('git', ['archive', '--output', archive, oldest, 'proto'], { cwd: root });
  return runTool(['buf', 'breaking', 'proto', '--against', `${archive}#subdir=proto`], {
    output: 'kept',
    env,
  });
}

async function oldestFitting(): Promise<string | null> {
  const commits = await git('log', '--format=%H', '--reverse', '--', 'proto/buf.yaml', 'core/src/version.ts');
  const present = versionIn(await readFile(join(root, 'core/src/version.ts'), 'utf8'));
  for (const commit of commits.split('\n').filter((line) => line !== '')) {
    const hasProtocol = (await git('ls-tree', '--name-only', commit, '--', 'proto/buf.yaml')) !== '';
    const version = versionIn(await git('show', `${commit}:core/src/version.ts`));
    if (hasProtocol && versionsFit(version, present)) return commit;
  }
  return null;
}

/** Empty where git or its history is missing. */
async function git(...args: string[]): Promise<string> {
  try {
    return (await run('git', args, { cwd: root })).stdout;
  } catch {
    return '';
  }
}

function versionIn(source: string): string {
  return /version: string = '(.+)'/.exec(source)?.[1] ?? '';
}

async function checkGenerated(scratch: string): Promise<ToolResult> {
  const template = ['--template', 'proto/buf.gen.yaml', '--output', scratch];
  const result = await runTool(['buf', 'generate', 'proto', ...template], { output: 'kept', env });
  if (result.exitCode !== 0) return result;
  const [fresh, kept] = await Promise.all([
    readAll(join(scratch, 'src/gen')),
    readAll(join(root, 'proto/src/gen')),
  ]);
  const names = [...new Set([...fresh.keys(), ...kept.keys()])];
  const stale = names.filter((name) => fresh.get(name) !== kept.get(name));
  if (stale.length === 0) return result;
  const output = `proto/src/gen is not what the .proto files say (${stale.join(', ')}): npm run proto:generate\n`;
  return { ...result, exitCode: 1, output };
}

async function readAll(directory: string): Promise<Map<string, string>> {
  const names = await Array.fromAsync(glob('**/*.ts', { cwd: directory }));
  return new Map(
    await Promise.all(
      names.map(async (name) => [name, await readFile(join(directory, name), 'utf8')] as const),
    ),
  );
}
