/** `npm run demo`: provides what is missing, then runs the example suite through the same command that a user types. */

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { runScript, say } from './cannot-run.ts';
import { ensureDocker } from './ensure-docker.ts';
import { ensureImages } from './ensure-images.ts';
import { ensureSupervisor } from './ensure-supervisor.ts';
import { root } from './run-tool.ts';

await runScript(async () => {
  await ensureSupervisor();
  const aliases = await ensureImages(await ensureDocker());
  const options = aliases.flatMap((alias) => ['--image-alias', alias]);
  say('running: npx cleangrid run examples/orders (real PostgreSQL and Redis in containers)\n');
  const exitCode = await runCleangrid(['run', 'examples/orders', ...options]);
  if (exitCode === 0) sayWhatNext(options);
  return exitCode;
});

async function runCleangrid(args: string[]): Promise<number> {
  const child = spawn(join(root, 'bin/cleangrid'), args, { cwd: root, stdio: 'inherit' });
  // A terminal sends Ctrl-C to both; the run ends in its own orderly way, and this script after it.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  return await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
}

function sayWhatNext(options: string[]): void {
  const exported = options.filter((option) => option !== '--image-alias').join(',');
  const lines = [
    '\nTry next:',
    ...(exported === '' ? [] : [`  export CLEANGRID_IMAGE_ALIASES=${exported}`]),
    '  npx cleangrid run examples/failing     what a failure looks like',
    '  npx cleangrid runs                     what ran so far',
    '  npx cleangrid run examples/hello       the smallest suite: copy it to start your own',
  ];
  say(lines.join('\n'));
}
