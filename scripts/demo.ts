/** `npm run demo`: provides what is missing, then runs the example suite through the same command that a user types. */

import { CannotRun, runScript, say } from './cannot-run.ts';
import { demoGrid } from './demo-grid.ts';
import { ensureDocker } from './ensure-docker.ts';
import { ensureImages } from './ensure-images.ts';
import { ensurePackages, natsPrograms } from './ensure-packages.ts';
import { ensureSupervisor } from './ensure-supervisor.ts';
import { runCleangrid } from './run-cleangrid.ts';

const suite = 'examples/orders';

await runScript(async () => {
  await ensureSupervisor();
  const aliases = await ensureImages(await ensureDocker());
  if (aliases.length > 0) process.env['CLEANGRID_IMAGE_ALIASES'] = aliases.join(',');
  say(`running: npx cleangrid run ${suite} (real PostgreSQL and Redis in containers)\n`);
  const exitCode = (await runCleangrid(['run', suite])) || (await runOnGrid());
  if (exitCode === 0) sayWhatNext(aliases);
  return exitCode;
});

/** Where no nats-server can be had, what ran so far was the demo. */
async function runOnGrid(): Promise<number> {
  try {
    await ensurePackages(natsPrograms);
  } catch (error) {
    if (!(error instanceof CannotRun)) throw error;
    say(`\nThe grid is left out: ${error.message}`);
    return 0;
  }
  return await demoGrid(suite);
}

function sayWhatNext(aliases: readonly string[]): void {
  const lines = [
    '\nTry next:',
    ...(aliases.length === 0 ? [] : [`  export CLEANGRID_IMAGE_ALIASES=${aliases.join(',')}`]),
    '  npx cleangrid run examples/failing     what a failure looks like',
    '  npx cleangrid runs                     what ran so far',
    '  npx cleangrid run examples/hello       the smallest suite: copy it to start your own',
    '  docs/grid.md                           a grid by hand, in five minutes',
  ];
  say(lines.join('\n'));
}
