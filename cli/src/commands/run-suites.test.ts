import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sampleRun, sampleStep } from '@cleangrid/core/report/sample-records.ts';
import { broken } from '@cleangrid/core/verdict.ts';
import { expect, onTestFinished, test } from 'vitest';
import { openRunFolder } from '../fake/start-run.ts';

test('names the suite of every step and retry where there are several', async () => {
  const folder = openRunFolder();
  onTestFinished(() => folder.remove());
  const first = readFileSync(join(folder.cwd, 'orders.cleangrid.toml'), 'utf8');
  writeFileSync(join(folder.cwd, 'returns.cleangrid.toml'), first.replace('"orders"', '"returns"'));
  const running = folder.start({ verbose: true });
  const { runs, terminal } = running.context;
  await runs.started;
  const { result } = sampleStep();
  const scenarios = runs.submitted[0]?.scenarios ?? [];
  expect(scenarios.map(({ name }) => name)).toEqual(['checkout', 'refund', 'checkout', 'refund']);
  const verdict = broken('agent_lost', 'gone');
  for (const { id: scenario, name } of scenarios) {
    if (result) runs.tell({ kind: 'step_finished', scenario, name: 'pay', result });
    runs.tell({ kind: 'scenario_retried', scenario, name, attempt: 1, verdict });
  }
  await running.end(sampleRun());
  for (const suite of ['orders', 'returns']) {
    expect(terminal.out.text()).toContain(`12ms  ${suite} › checkout › pay`);
    expect(terminal.out.text()).toContain(`${suite} › checkout  attempt 1 `);
  }
});
