/** A grid of processes on this machine's Docker: nats-server, coordinator, agents; each can be killed and started again. */

import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Cleangrid, openCleangrid, type Started } from './cleangrid.ts';
import { madeBy } from './docker.ts';
import { type NatsServer, startNatsServer } from './nats-server.ts';

export interface TestGrid {
  readonly nats: NatsServer;
  readonly address: string;
  /** Runs commands for this grid, from a folder that is not the checkout's. */
  readonly cli: Cleangrid;
  /** Runs commands with the state directory of the agents. */
  readonly machine: Cleangrid;
  /** Resolves when it listens: on the same port each time. */
  startCoordinator(): Promise<void>;
  /** SIGKILL, as the next one. */
  killCoordinator(): Promise<void>;
  killAgent(name: string): Promise<void>;
  /** Resolves when it may work. */
  startAgent(name: string): Promise<Started>;
  stopAgent(name: string): Promise<void>;
  /** Containers, networks and volumes that the agent of this name ever made and that are still there. */
  left(name: string): string[];
  close(): Promise<void>;
}

/** `environment`: of the coordinator and the agents. */
export async function openTestGrid(environment: Record<string, string> = {}): Promise<TestGrid> {
  const elsewhere = mkdtempSync(join(tmpdir(), 'cleangrid-grid-'));
  const nats = await startNatsServer();
  const processes = openCleangrid({ ...environment, CLEANGRID_NATS: nats.url });
  const agents = new Map<string, Started>();
  let address = '127.0.0.1:0';
  const startCoordinator = async (): Promise<Started> => {
    const started = processes.start('coordinator', '--listen', address);
    await started.said('Next: ');
    address = /listening on (\S+)/.exec(started.stdout())?.[1] ?? address;
    return started;
  };
  let coordinator = await startCoordinator();
  const cli = openCleangrid({ CLEANGRID_GRID: address }, elsewhere);
  const stopAgent = async (name: string): Promise<void> => {
    await end(agents.get(name), 'SIGTERM');
    agents.delete(name);
  };
  return {
    nats,
    address,
    cli,
    machine: processes,
    async startCoordinator() {
      coordinator = await startCoordinator();
    },
    killCoordinator: () => end(coordinator, 'SIGKILL'),
    killAgent: (name) => end(agents.get(name), 'SIGKILL'),
    async startAgent(name) {
      const started = processes.start('agent', '--name', name, '--slots', '2', '--coordinator', address);
      agents.set(name, started);
      await started.said('Connected. ');
      return started;
    },
    stopAgent,
    left: (name) => madeBy(join(processes.stateDirectory, 'agents', name, 'ledger.sqlite')),
    async close() {
      await Promise.all([...agents.keys()].map(stopAgent));
      await end(coordinator, 'SIGTERM');
      await nats.close();
      for (const used of [processes, cli]) used.remove();
      rmSync(elsewhere, { recursive: true });
    },
  };
}

async function end(started: Started | undefined, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  if (!started || started.process.exitCode !== null || started.process.signalCode !== null) return;
  const exited = once(started.process, 'exit');
  started.process.kill(signal);
  await exited;
}
