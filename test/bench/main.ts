/** `npm run bench -- NAME [--json FILE]`: runs one benchmark, prints its table and targets, writes both as JSON; exit code 1 when a target is missed. */

import { glob, mkdir, writeFile } from 'node:fs/promises';
import { cpus, tmpdir, totalmem } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type Benchmark, formatTable, formatTarget, isReached } from './harness/benchmark.ts';

process.exitCode = await main(process.argv.slice(2));

async function main(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { json: { type: 'string' } },
  });
  const names = await benchmarkNames();
  const [name = ''] = positionals;
  if (!names.includes(name) || positionals.length > 1) {
    process.stderr.write(`usage: npm run bench -- NAME [--json FILE]\nNAME is one of: ${names.join(', ')}\n`);
    return 2;
  }
  const { benchmark } = (await import(`./${name}.ts`)) as { benchmark: Benchmark };
  const report = await benchmark();
  const file = resolve(values.json ?? join(tmpdir(), 'cleangrid-bench', `${name}.json`));
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `${JSON.stringify({ name, ...machine(), ...report }, null, 2)}\n`);
  const lines = [formatTable(report.rows), `written to ${file}`, ...report.targets.map(formatTarget)];
  process.stdout.write(`${lines.join('\n')}\n`);
  return report.targets.every(isReached) ? 0 : 1;
}

async function benchmarkNames(): Promise<string[]> {
  const files = await Array.fromAsync(glob('*.ts', { cwd: import.meta.dirname }));
  const modules = files.filter((file) => file !== 'main.ts' && !file.endsWith('.test.ts'));
  return modules.map((file) => basename(file, '.ts')).sort();
}

function machine(): object {
  return {
    at: new Date().toISOString(),
    node: process.version,
    processors: cpus().length,
    processor: cpus()[0]?.model ?? 'unknown',
    memoryBytes: totalmem(),
  };
}
