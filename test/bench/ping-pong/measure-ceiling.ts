/**
 * The messages of a real run between one coordinator and two agents, in processes of their own, over a real nats-server and real gRPC, with
 * nothing behind them: no scheduling, no store, no steps.
 */

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { serveGrpc } from '@cleangrid/coordinator/adapters/grpc-server.ts';
import { JetStreamSender } from '@cleangrid/coordinator/adapters/jetstream-sender.ts';
import { type GridId, id } from '@cleangrid/core/ids.ts';
import { systemClock } from '@cleangrid/core/system-clock.ts';
import { version } from '@cleangrid/core/version.ts';
import { connectNats } from '@cleangrid/proto/adapters/nats-connection.ts';
import { pino } from 'pino';
import { startNatsServer } from '../../support/nats-server.ts';
import { processCpuSeconds } from '../harness/measure.ts';
import { noBlobs, noRuns } from './nothing.ts';
import { PingPong } from './ping-pong-coordinator.ts';

export interface CeilingOptions {
  stepCount: number;
  stepsPerShard: number;
}

export interface Ceiling {
  /** From the first publish to the last answer. */
  seconds: number;
  coordinatorCpuSeconds: number;
  agentsCpuSeconds: number;
  natsCpuSeconds: number;
}

const agentCount = 2;
const clock = systemClock;

export async function measureCeiling(options: CeilingOptions): Promise<Ceiling> {
  await using opened = new AsyncDisposableStack();
  const nats = await startNatsServer();
  opened.defer(() => nats.close());
  const target = { servers: [nats.url], tls: null, credentials: null };
  const connection = await connectNats({ ...target, name: 'ping-pong' });
  opened.defer(() => connection.close());
  const logger = pino({ level: 'silent' });
  const mailboxes = new JetStreamSender({ connection, blobs: noBlobs, clock, logger });
  opened.defer(() => mailboxes.close());
  const epoch = { grid: id<GridId>('pingpong'), number: 1 };
  await mailboxes.begin(epoch, (reason) => {
    throw new Error(reason);
  });
  const pingPong = new PingPong(mailboxes, epoch, options);
  const server = await serveGrpc(
    { address: '127.0.0.1:0', tls: null, introduction: { version, token: null } },
    { accept: (channel) => pingPong.accept(channel), runs: noRuns, blobs: noBlobs, clock },
  );
  opened.defer(() => server.close(0));
  const agents = Array.from({ length: agentCount }, (_, index) => startAgent(index, server.port, nats.url));
  opened.defer(async () => void (await Promise.all(agents.map(end))));
  await pingPong.connected(agentCount);
  return await measure(pingPong, {
    own: [process.pid],
    agents: agents.map(({ pid = 0 }) => pid),
    nats: [nats.pid],
  });
}

async function measure(
  pingPong: PingPong,
  pids: Record<'own' | 'agents' | 'nats', number[]>,
): Promise<Ceiling> {
  const before = { own: cpuSeconds(pids.own), agents: cpuSeconds(pids.agents), nats: cpuSeconds(pids.nats) };
  const startedMs = performance.now();
  await pingPong.play();
  return {
    seconds: (performance.now() - startedMs) / 1000,
    coordinatorCpuSeconds: cpuSeconds(pids.own) - before.own,
    agentsCpuSeconds: cpuSeconds(pids.agents) - before.agents,
    natsCpuSeconds: cpuSeconds(pids.nats) - before.nats,
  };
}

function cpuSeconds(pids: number[]): number {
  return pids.reduce((sum, pid) => sum + processCpuSeconds(pid), 0);
}

function startAgent(index: number, grpcPort: number, natsUrl: string): ChildProcess {
  const program = join(import.meta.dirname, 'agent-process.ts');
  return fork(program, [`agent-${index}`, `127.0.0.1:${grpcPort}`, natsUrl]);
}

async function end(agent: ChildProcess): Promise<void> {
  if (agent.exitCode !== null || agent.signalCode !== null) return;
  agent.kill();
  await once(agent, 'exit');
}
