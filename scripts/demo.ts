/** `npm run demo`: provides what is missing, then runs the example suite through the same command that a user types. */

import { CannotRun, runScript, say } from './cannot-run.ts';
import { demoGrid } from './demo-grid.ts';
import { ensureDocker } from './ensure-docker.ts';
import { ensureImages } from './ensure-images.ts';
import { ensurePackages, natsPrograms } from './ensure-packages.ts';
import { ensureSupervisor } from './ensure-supervisor.ts';
import { runCleangrid } from './run-cleangrid.ts';

const suite = 'examples/orders';
const tracedScenario = 'an order is placed and paid';

await runScript(async () => {
  await ensureSupervisor();
  const aliases = await ensureImages(await ensureDocker());
  if (aliases.length > 0) process.env['CLEANGRID_IMAGE_ALIASES'] = aliases.join(',');
  say(`running: npx cleangrid run ${suite} (real PostgreSQL and Redis in containers)\n`);
  await useJaeger();
  const exitCode = (await runCleangrid(['run', suite])) || (await runOnGrid());
  if (exitCode === 0) await sayWhatNext(aliases);
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

/** One that runs on this machine gets the spans, and each run links to it. */
async function useJaeger(): Promise<void> {
  const page = 'http://localhost:16686';
  const answers = await fetch(`${page}/api/services`, { signal: AbortSignal.timeout(1000) }).then(
    ({ ok }) => ok,
    () => false,
  );
  if (!answers) return;
  process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] ??= 'http://localhost:4318';
  process.env['CLEANGRID_TRACE_URL'] ??= page;
}

async function sayWhatNext(aliases: readonly string[]): Promise<void> {
  say(`\nWhere the time of one scenario went: npx cleangrid trace latest --scenario "${tracedScenario}"\n`);
  await runCleangrid(['trace', 'latest', '--scenario', tracedScenario]);
  const lines = [
    '\nTry next:',
    ...(aliases.length === 0 ? [] : [`  export CLEANGRID_IMAGE_ALIASES=${aliases.join(',')}`]),
    '  npx cleangrid run examples/failing     what a failure looks like',
    '  npx cleangrid trace latest             where the time of the whole run went',
    '  npx cleangrid runs                     what ran so far',
    '  npx cleangrid run examples/hello       the smallest suite: copy it to start your own',
    '  docs/grid.md                           a grid by hand, in five minutes',
  ];
  say(lines.join('\n'));
}
