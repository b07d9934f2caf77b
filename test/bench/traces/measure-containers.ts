/** Steps per second in real containers: `cleangrid run` as people have it, from the start of the first step to the end of the last. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openCleangrid } from '../../support/cleangrid.ts';

const scenarioCount = 2;
const stepsPerScenario = 2000;
export const containerSteps: number = scenarioCount * stepsPerScenario;

/** Steps per second; `endpoint`: where spans go, null: none are made. */
export async function measureContainers(endpoint: string | null): Promise<number> {
  const directory = await mkdtemp(join(tmpdir(), 'cleangrid-bench-'));
  const cli = openCleangrid();
  try {
    await writeFile(join(directory, 'bench.cleangrid.yaml'), suite());
    const traced = endpoint === null ? ['--trace-mode', 'off'] : ['--otlp-endpoint', endpoint];
    const slots = ['--slots', String(scenarioCount)];
    const { finished, report } = await cli.report(
      join(directory, 'bench.cleangrid.yaml'),
      ...slots,
      ...traced,
    );
    if (finished.exitCode !== 0) throw new Error(finished.stdout + finished.stderr);
    const steps = report.scenarios.flatMap((scenario) => scenario.steps);
    const starts = steps.map(({ startedAt }) => Date.parse(startedAt ?? ''));
    const ends = steps.map(
      ({ durationMs }, index) => (starts[index] ?? Number.NaN) + (durationMs ?? Number.NaN),
    );
    return (steps.length * 1000) / (Math.max(...ends) - Math.min(...starts));
  } finally {
    cli.remove();
    await rm(directory, { recursive: true });
  }
}

function suite(): string {
  const steps = Array.from(
    { length: stepsPerScenario },
    (_, index) => `      - { name: step ${index}, command: ["true"] }`,
  );
  const scenarios = Array.from({ length: scenarioCount }, (_, index) =>
    [`  - name: scenario ${index}`, '    image: debian:12-slim', '    steps:', ...steps].join('\n'),
  );
  return ['suite: { name: bench }', 'scenario:', ...scenarios, ''].join('\n');
}
