/** A grid over several Docker hosts: nats-server and coordinator in the core of their network, an agent on each host. */

import { once } from 'node:events';
import { type Cleangrid, openCleangrid, type Started } from '../support/cleangrid.ts';
import type { DockerHost } from '../support/docker-hosts/docker-host.ts';
import { type DockerHosts, openDockerHosts } from '../support/docker-hosts/open-docker-hosts.ts';
import { startNatsServer } from '../support/nats-server.ts';

const image = 'cleangrid-test/base:latest';

export interface HostsGrid {
  readonly hosts: DockerHosts;
  /** Runs commands for this grid, in its core. */
  readonly cli: Cleangrid;
  /** Named as its host. Resolves when it may work. */
  startAgent(host: DockerHost): Promise<void>;
  endAgent(host: DockerHost, signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  close(): Promise<void>;
}

export async function openHostsGrid(count: number): Promise<HostsGrid> {
  await using opened = new AsyncDisposableStack();
  const hosts = await openDockerHosts(count, [image]);
  opened.defer(() => hosts.remove());
  const { enter } = hosts.core;
  const nats = await startNatsServer({ host: hosts.address, through: enter });
  opened.defer(() => nats.close());
  const address = `${hosts.address}:7443`;
  const environment = {
    CLEANGRID_NATS: nats.url,
    CLEANGRID_GRID: address,
    CLEANGRID_IMAGE_ALIASES: `debian:12-slim=${image}`,
    // Nobody else is in this network.
    CLEANGRID_INSECURE: 'true',
  };
  const cli = openCleangrid(environment, undefined, { through: enter });
  opened.defer(() => cli.remove());
  const coordinator = cli.start('coordinator', '--listen', address);
  opened.defer(() => end(coordinator, 'SIGTERM'));
  await coordinator.said('Next: ');
  const machines = new Map(
    hosts.hosts.map((host) => [
      host,
      openCleangrid({ ...environment, DOCKER_HOST: host.dockerUrl }, undefined, { through: host.enter }),
    ]),
  );
  opened.defer(() => machines.forEach((machine) => machine.remove()));
  const agents = new Map<DockerHost, Started>();
  const lifetime = opened.move();
  return {
    hosts,
    cli,
    async startAgent(host) {
      const agent = machines.get(host)?.start('agent', '--name', host.name, '--slots', '2');
      if (!agent) throw new Error(`${host.name} is not one of these hosts`);
      agents.set(host, agent);
      await agent.said('Connected. ');
    },
    endAgent: (host, signal) => end(agents.get(host), signal),
    close: () => lifetime.disposeAsync(),
  };
}

async function end(started: Started | undefined, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  if (!started || started.process.exitCode !== null || started.process.signalCode !== null) return;
  const exited = once(started.process, 'exit');
  started.process.kill(signal);
  await exited;
}
