import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openCleangrid } from '../support/cleangrid.ts';
import { freePorts } from '../support/free-ports.ts';
import { startNatsServer } from '../support/nats-server.ts';
import { startOtlpReceiver } from '../support/otlp-receiver.ts';

const suite = `suite:
  name: measured
scenario:
  - name: passes
    image: debian:12-slim
    steps:
      - run: "true"
  - name: fails
    image: debian:12-slim
    steps:
      - run: exit 3
`;

function writeSuite(): string {
  const folder = mkdtempSync(join(tmpdir(), 'cleangrid-metrics-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'measured.cleangrid.yaml'), suite);
  return folder;
}

/** Values by name and attributes, as Prometheus reads them. */
async function scrape(port: number | undefined): Promise<Record<string, number>> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  const values: Record<string, number> = {};
  for (const line of text.split('\n')) {
    const [, name = '', labels = '', value] = /^(\w+)\{(.*)\} (\S+)$/u.exec(line) ?? [];
    const own = labels.split(',').filter((label) => label.startsWith('cleangrid_'));
    if (value !== undefined) values[[name, ...own].join(' ')] = Number(value);
  }
  return values;
}

test('a grid tells whoever reads its metrics what it did, and sends them to the back end of its spans', async () => {
  const receiver = await startOtlpReceiver();
  onTestFinished(() => receiver.goAway());
  const nats = await startNatsServer();
  onTestFinished(() => nats.close());
  const [ofCoordinator, ofAgent] = await freePorts(2);
  const processes = openCleangrid({
    CLEANGRID_NATS: nats.url,
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.http,
  });
  onTestFinished(() => processes.remove());
  const health = (port: number | undefined): string[] => ['--health', `127.0.0.1:${port}`];
  const coordinator = processes.start('coordinator', '--listen', '127.0.0.1:0', ...health(ofCoordinator));
  await coordinator.said('Next: ');
  const [, address = ''] = /listening on (\S+)/u.exec(coordinator.stdout()) ?? [];
  const agent = processes.start('agent', '--slots', '1', '--coordinator', address, ...health(ofAgent));
  await agent.said('Connected. ');
  await processes.run('run', '--grid', address, writeSuite());
  expect(await scrape(ofCoordinator)).toMatchObject({
    cleangrid_queue_depth: 0,
    cleangrid_queue_wait_count: 2,
    cleangrid_runs_active: 0,
    cleangrid_shards_active: 0,
    cleangrid_shards_reassigned_total: 0,
    'cleangrid_agents cleangrid_agent_state="ready"': 1,
    'cleangrid_scenarios_total cleangrid_outcome="passed"': 1,
    'cleangrid_scenarios_total cleangrid_outcome="failed"': 1,
    'cleangrid_steps_total cleangrid_outcome="failed"': 1,
    cleangrid_spans_dropped_total: 0,
  });
  expect(await scrape(ofAgent)).toMatchObject({
    'cleangrid_step_duration_count cleangrid_outcome="passed"': 1,
    'cleangrid_step_duration_count cleangrid_outcome="failed"': 1,
    cleangrid_pool_acquire_count: 2,
    cleangrid_pool_misses_total: expect.any(Number),
    cleangrid_pool_leases_expired_total: 0,
  });
  for (const { process, finished } of [agent, coordinator]) {
    process.kill('SIGTERM');
    expect(await finished).toMatchObject({ exitCode: 0 });
  }
  const sent = receiver.metrics.join('\n');
  for (const name of ['cleangrid.queue.wait', 'cleangrid.step.duration', 'cleangrid.spans.arrived'])
    expect(sent).toContain(name);
});
