/** dockerd is restarted under an agent, idle and busy: the agent goes on. Needs root, for a dockerd of its own. */

import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonReport } from '@cleangrid/core/report/json.ts';
import { expect, test } from 'vitest';
import type { DockerHost } from '../support/docker-hosts/docker-host.ts';
import { expectWhole, writeNumberedSuite } from '../support/numbered-suite.ts';
import { openHostsGrid } from './hosts-grid.ts';

test('lets an agent go on whose dockerd is restarted while it keeps and holds containers, and nothing is left of it', async () => {
  const grid = await openHostsGrid(1);
  const suite = writeNumberedSuite(4, 0.2);
  try {
    const [only] = grid.hosts.hosts as [DockerHost];
    const before = await only.contents();
    await grid.startAgent(only);
    const runWhole = async (): Promise<void> => {
      const { finished, report } = await grid.cli.report(suite);
      expectWhole(finished, report, 4);
    };
    await runWhole();
    await only.endDaemon('SIGTERM');
    await only.boot();
    await runWhole();
    const running = grid.cli.start('run', suite, '--verbose', '--json', join(suite, 'report.json'));
    await running.said('› sleep');
    await only.endDaemon('SIGKILL');
    await only.boot();
    await running.finished;
    const { run } = JSON.parse(readFileSync(join(suite, 'report.json'), 'utf8')) as JsonReport;
    // The grid's fault, where it came to one.
    expect({ failed: run.scenarios.failed, cancelled: run.scenarios.cancelled }).toEqual({
      failed: 0,
      cancelled: 0,
    });
    await runWhole();
    await grid.endAgent(only, 'SIGTERM');
    const left = await only.contents();
    expect(left.filter((item) => !item.startsWith('volume cleangrid-supervisor-'))).toEqual(before);
  } finally {
    await grid.close();
    rmSync(suite, { recursive: true });
  }
});
