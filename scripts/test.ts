/**
 * `npm test`: provides what the tests need, then runs lint, types, unit, e2e and crowd to the end whatever fails, and
 * closes with `N passed, N failed`. Lint and types count as one test each.
 */

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { architectures } from '../agent/supervisor/build.ts';
import { jaegerProgram } from '../test/support/jaeger-program.ts';
import { runScript, say } from './cannot-run.ts';
import { checkProto } from './check-proto.ts';
import { countTests, formatCounts, sumCounts, type TestCounts, type VitestReport } from './count-tests.ts';
import { ensureDocker } from './ensure-docker.ts';
import { ensureImages } from './ensure-images.ts';
import { ensurePackages, testPrograms } from './ensure-packages.ts';
import { ensureSupervisor } from './ensure-supervisor.ts';
import { runTool, type ToolResult } from './run-tool.ts';

const lintTools = [
  ['oxlint', '--type-aware', '--deny-warnings'],
  ['biome', 'check', '.'],
  ['knip', '--no-progress'],
];

await runScript(async () => {
  const docker = await ensureDocker();
  await ensurePackages(testPrograms);
  await ensureSupervisor(architectures);
  // Minutes of work on a new machine, in the background: who needs it waits for it.
  void jaegerProgram();
  const aliases = await ensureImages(docker);
  // Each of these three uses a little more than one core at most.
  const quick = await Promise.all([lint(), types(), vitest('unit', 'kept')]);
  const images = { CLEANGRID_IMAGE_ALIASES: aliases.join(',') };
  const sum = sumCounts([
    ...quick,
    await vitest('e2e', 'shown', images),
    await vitest('crowd', 'shown', images),
  ]);
  say(formatCounts(sum));
  return sum.failed === 0 ? 0 : 1;
});

async function lint(): Promise<TestCounts> {
  const results: ToolResult[] = [];
  for (const tool of lintTools) results.push(await runTool(tool, { output: 'kept' }));
  results.push(...(await checkProto()));
  return countOne('lint', results);
}

async function types(): Promise<TestCounts> {
  return countOne('types', [await runTool(['tsc', '-b'], { output: 'kept' })]);
}

function countOne(name: string, results: ToolResult[]): TestCounts {
  const failures = results.filter(({ exitCode }) => exitCode !== 0);
  const failed = failures.length > 0 ? 1 : 0;
  const counts = { passed: 1 - failed, failed, skipped: 0 };
  report({ name, counts, results, shown: failures });
  return counts;
}

async function vitest(project: string, output: 'kept' | 'shown', env = {}): Promise<TestCounts> {
  const directory = await mkdtemp(join(tmpdir(), 'cleangrid-test-'));
  const file = join(directory, 'report.json');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  const result = await runTool(['vitest', 'run', '--project', project, ...reporters], { output, env });
  const counts = countTests(await readReport(file), result.exitCode);
  await rm(directory, { recursive: true });
  report({ name: project, counts, results: [result], shown: counts.failed > 0 ? [result] : [] });
  return counts;
}

async function readReport(file: string): Promise<VitestReport | null> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as VitestReport;
  } catch {
    return null;
  }
}

interface StageReport {
  name: string;
  counts: TestCounts;
  results: ToolResult[];
  /** Those whose output explains a failure. */
  shown: ToolResult[];
}

function report({ name, counts, results, shown }: StageReport): void {
  for (const { output } of shown) if (output !== '') say(output.trimEnd());
  const seconds = results.reduce((sum, result) => sum + result.seconds, 0);
  say(`${name}: ${formatCounts(counts)} (${seconds.toFixed(1)} s)`);
}
