/** Proves that lint turns red when an import points up or reaches around a port: the real configuration, on a small tree of its own. */

import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');

const forbidden: [file: string, module: string][] = [
  ['core/src/a.ts', 'node:fs'],
  ['core/src/b.ts', '@cleangrid/agent/agent.ts'],
  ['proto/src/a.ts', '@cleangrid/agent/agent.ts'],
  ['proto/src/b.ts', '@grpc/grpc-js'],
  ['coordinator/src/a.ts', '@cleangrid/agent/agent.ts'],
  ['coordinator/src/b.ts', 'node:sqlite'],
  ['coordinator/src/c.ts', './adapters/sqlite-run-store.ts'],
  ['coordinator/src/adapters/a.ts', '@cleangrid/cli/main.ts'],
  ['agent/src/a.ts', '@cleangrid/coordinator/coordinator.ts'],
  ['agent/src/pool/b.ts', 'dockerode'],
  ['agent/src/pool/c.ts', '../adapters/docker/docker-runtime.ts'],
  ['agent/src/adapters/a.ts', '@cleangrid/coordinator/coordinator.ts'],
  ['cli/src/commands/a.ts', 'node:readline'],
  ['cli/src/commands/b.ts', '@cleangrid/agent/adapters/docker/docker-runtime.ts'],
];

const allowed: [file: string, module: string][] = [
  ['core/src/ok.ts', './errors.ts'],
  ['core/src/ok.test.ts', 'node:fs'],
  ['proto/src/adapters/ok.ts', '@grpc/grpc-js'],
  ['coordinator/src/ok.ts', '@cleangrid/core/plan.ts'],
  ['coordinator/src/adapters/ok.ts', 'node:sqlite'],
  ['agent/src/main.ts', './adapters/docker/docker-runtime.ts'],
  ['agent/src/adapters/docker/ok.ts', 'dockerode'],
  ['agent/src/pool/ok.test.ts', '../adapters/docker/docker-runtime.ts'],
  ['cli/src/main.ts', '@cleangrid/agent/adapters/docker/docker-runtime.ts'],
];

let tree: string;
let refused: Set<string>;

beforeAll(async () => {
  tree = await mkdtemp(join(tmpdir(), 'cleangrid-floors-'));
  await copyFile(join(root, 'oxlint.config.ts'), join(tree, 'oxlint.config.ts'));
  await symlink(join(root, 'node_modules'), join(tree, 'node_modules'));
  for (const [file, module] of [...forbidden, ...allowed]) {
    await mkdir(dirname(join(tree, file)), { recursive: true });
    await writeFile(join(tree, file), `import { thing } from '${module}';\nthing();\n`);
  }
  refused = await filesRefused(tree);
});

afterAll(() => rm(tree, { recursive: true }));

test.for(forbidden)('refuses %s an import of %s', ([file]) => {
  expect(refused).toContain(file);
});

test.for(allowed)('allows %s an import of %s', ([file]) => {
  expect(refused).not.toContain(file);
});

interface LintReport {
  diagnostics: { code: string; filename: string }[];
}

async function filesRefused(directory: string): Promise<Set<string>> {
  const oxlint = join(root, 'node_modules/.bin/oxlint');
  const output = await new Promise<string>((resolve) => {
    execFile(
      oxlint,
      ['--format', 'json', 'core', 'proto', 'coordinator', 'agent', 'cli'],
      { cwd: directory },
      (_, stdout) => resolve(stdout),
    );
  });
  const { diagnostics } = JSON.parse(output) as LintReport;
  const floors = diagnostics.filter(({ code }) => code.includes('no-restricted-imports'));
  return new Set(floors.map(({ filename }) => filename));
}
