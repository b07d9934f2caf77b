/** The same through the whole product: suites of trivial steps by `cleangrid run`, and what others do for one of them. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JsonReport } from '@cleangrid/core/report/json.ts';
import Docker from 'dockerode';
import { openCleangrid } from '../../support/cleangrid.ts';

const image = 'cleangrid-test/base:latest';

/** Steps per second of one scenario with so many steps, one after the other: from the first step's start to the last one's end. */
export async function stepRateOfOneScenario(steps: number): Promise<number> {
  const list = Array.from({ length: steps }, () => '[[scenario.steps]]\ncommand = ["true"]\n');
  const suite = `[suite]\nname = "many steps"\n\n[[scenario]]\nname = "all"\nimage = "${image}"\n\n${list.join('\n')}`;
  return stepRate(await runSuite(suite, ['--slots', '1']));
}

/** Scenarios per second that share one service, four steps in it each. */
export async function scenarioRateOfSharedService(scenarios: number, slots: number): Promise<number> {
  const step = '[[scenario.steps]]\nin = "box"\ncommand = ["true"]\n';
  const list = Array.from(
    { length: scenarios },
    (_, index) =>
      `[[scenario]]\nname = "number ${index}"\nservices = ["box"]\n\n${step.repeat(stepsPerScenario)}`,
  );
  const service = `[services.box]\nimage = "${image}"\ncommand = ["sleep", "2147483647"]\nreset = { strategy = "none" }\n`;
  const suite = `[suite]\nname = "shared service"\n\n${service}\n${list.join('\n')}`;
  return stepRate(await runSuite(suite, ['--slots', String(slots)])) / stepsPerScenario;
}

const stepsPerScenario = 4;

/** Scenarios per second with a container of its own for each, and four plain execs in it. */
export async function scenarioRateOfOwnContainers(scenarios: number, slots: number): Promise<number> {
  const docker = new Docker();
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next++ < scenarios) await runInOwnContainer(docker);
  };
  const started = performance.now();
  await Promise.all(Array.from({ length: slots }, lane));
  return (scenarios / (performance.now() - started)) * 1000;
}

async function runInOwnContainer(docker: Docker): Promise<void> {
  const HostConfig = { Init: true, NetworkMode: 'none' };
  const container = await docker.createContainer({ Image: image, Cmd: ['sleep', '1000'], HostConfig });
  await container.start();
  for (let step = 0; step < stepsPerScenario; step++) {
    const exec = await container.exec({ Cmd: ['true'], AttachStdout: true, AttachStderr: true });
    const stream = await exec.start({ hijack: true, stdin: false });
    await new Promise((resolve) => stream.resume().once('end', resolve));
    await exec.inspect();
  }
  await container.remove({ force: true, v: true });
}

async function runSuite(suite: string, options: string[]): Promise<JsonReport> {
  const directory = await mkdtemp(join(tmpdir(), 'cleangrid-bench-'));
  const cleangrid = openCleangrid();
  try {
    await writeFile(join(directory, 'bench.cleangrid.toml'), suite);
    const { finished, report } = await cleangrid.report(directory, ...options);
    if (finished.exitCode !== 0)
      throw new Error(`cleangrid run failed:\n${finished.stdout}${finished.stderr}`);
    return report;
  } finally {
    cleangrid.remove();
    await rm(directory, { recursive: true });
  }
}

function stepRate(report: JsonReport): number {
  const steps = report.scenarios.flatMap((scenario) => scenario.steps);
  const starts = steps.map((step) => Date.parse(step.startedAt ?? ''));
  const ends = steps.map((step, index) => (starts[index] ?? 0) + step.durationMs);
  const ms = ends.reduce((a, b) => Math.max(a, b)) - starts.reduce((a, b) => Math.min(a, b));
  return (steps.length / ms) * 1000;
}
