/** When a service counts as ready: each kind of probe against a real one, and the end of patience. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Cleangrid, openCleangrid } from '../support/cleangrid.ts';
import { docker } from '../support/docker.ts';

/** Healthy a moment after it began to listen. */
const image = `cleangrid-test/with-health:${process.pid}`;

const suite = `
[suite]
name = "ready"

[services.says]
image = "redis:7"
ready = [{ log = "Ready to accept connections" }]

[services.healthy]
image = "${image}"
command = ["sh", "-c", "sleep 1; touch /tmp/healthy; exec redis-server"]
ready = [{ health = true }]

[services.web]
image = "busybox:1.36-musl"
command = ["sh", "-c", "mkdir /www; sleep 1; echo up >/www/index.html; exec httpd -f -p 8080 -h /www"]
ready = [{ http = { port = 8080, path = "/index.html" } }]

[services.never]
image = "${image}"
ready = [{ health = true }]
ready_timeout = "2s"

[services.deaf]
image = "redis:7"
ready = [{ port = 9999 }]
ready_timeout = "2s"

[services.fails]
image = "redis:7"
ready = [{ exec = ["false"] }]
ready_timeout = "2s"

[[scenario]]
name = "finds them ready"
[[scenario.steps]]
in = "says"
run = "redis-cli ping"
expect = { stdout = { equals = "PONG" } }
[[scenario.steps]]
in = "healthy"
run = "test -e /tmp/healthy"
[[scenario.steps]]
in = "web"
run = "wget -qO- http://localhost:8080/"
expect = { stdout = { equals = "up" } }

[[scenario]]
name = "waits in vain"
[[scenario.steps]]
in = "never"
run = "true"

[[scenario]]
name = "waits for a port"
[[scenario.steps]]
in = "deaf"
run = "true"

[[scenario]]
name = "waits for a command"
[[scenario.steps]]
in = "fails"
run = "true"
`;

let cleangrid: Cleangrid;
let folder: string;
beforeAll(() => {
  const made = docker('create', 'cleangrid-test/redis');
  docker('commit', '--change', 'HEALTHCHECK --interval=1s CMD test -e /tmp/healthy', made, image);
  docker('rm', '--volumes', made);
  cleangrid = openCleangrid();
  folder = mkdtempSync(join(tmpdir(), 'cleangrid-ready-'));
  writeFileSync(join(folder, 'ready.cleangrid.toml'), suite);
});
afterAll(() => {
  docker('rmi', image);
  cleangrid.remove();
  rmSync(folder, { recursive: true });
});

test('begins when log, health and answers over HTTP say so, and fails what is not ready in time', async () => {
  const { report } = await cleangrid.report(folder);
  const told = report.scenarios.map(({ name, outcome, reason, message }) => ({
    name,
    outcome,
    reason,
    message,
  }));
  const late = (name: string, why: string): object => ({
    outcome: 'failed',
    reason: 'service_not_ready',
    message: `service ${name} was not ready within 2s: ${why}`,
  });
  expect(told).toEqual([
    { name: 'finds them ready', outcome: 'passed', reason: null, message: null },
    { name: 'waits in vain', ...late('never', "the image's health check: starting") },
    {
      name: 'waits for a port',
      ...late('deaf', 'port 9999: cannot connect to port 9999 in the container: connection refused'),
    },
    { name: 'waits for a command', ...late('fails', 'false: exit code 1') },
  ]);
});
