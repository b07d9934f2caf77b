/** A host whose dockerd has ended fails attempts at once, and so is always free: it must not draw the work of the others. Needs root. */

import { rmSync } from 'node:fs';
import type { JsonReport } from '@cleangrid/core/report/json.ts';
import { expect, test } from 'vitest';
import type { DockerHost } from '../support/docker-hosts/docker-host.ts';
import { expectWhole, writeNumberedSuite } from '../support/numbered-suite.ts';
import { openHostsGrid } from './hosts-grid.ts';

const count = 40;

test('gives little work to a host whose dockerd has ended, and its share when it is back', async () => {
  const grid = await openHostsGrid(2);
  const suite = writeNumberedSuite(count, 0.2);
  try {
    const [away, other] = grid.hosts.hosts as [DockerHost, DockerHost];
    await Promise.all([away, other].map((host) => grid.startAgent(host)));
    await away.endDaemon('SIGTERM');
    const without = await grid.cli.report(suite);
    expectWhole(without.finished, without.report, count);
    const failed = attemptsOn(away, without.report);
    expect(failed.length).toBeGreaterThan(0);
    // Its two slots, and what was tried after 1, 3, 7 and 15 s: without a pause it were most of the forty.
    expect(failed.length).toBeLessThanOrEqual(6);
    expect((await grid.cli.run('status')).stdout).toMatch(new RegExp(`${away.name} +troubled`, 'u'));
    await away.boot();
    const status = async (): Promise<string> => {
      const { finished, report } = await grid.cli.report(suite);
      expectWhole(finished, report, count);
      return (await grid.cli.run('status')).stdout;
    };
    await expect.poll(status, { timeout: 120_000 }).toMatch(new RegExp(`${away.name} +ready`, 'u'));
    const again = await grid.cli.report(suite);
    expectWhole(again.finished, again.report, count);
    expect(attemptsOn(away, again.report).length).toBeGreaterThan(count / 4);
    for (const host of [away, other]) await grid.endAgent(host, 'SIGTERM');
  } finally {
    await grid.close();
    rmSync(suite, { recursive: true });
  }
});

function attemptsOn(host: DockerHost, report: JsonReport): JsonReport['scenarios'][number]['attempts'] {
  return report.scenarios.flatMap(({ attempts }) => attempts.filter(({ agent }) => agent === host.name));
}
