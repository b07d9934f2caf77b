/** One try of one ready probe. `port` and `http` connect through the executor's tunnel, or straight to the container's address where there is none. */

import { connect } from 'node:net';
import { request } from 'node:http';
import type { Duplex } from 'node:stream';
import { formatDuration } from '@cleangrid/core/duration.ts';
import { messageOf, unreachable } from '@cleangrid/core/errors.ts';
import { keepOutput } from '@cleangrid/core/kept-output.ts';
import { readyExecMsMax, readyProbeAttemptMsMax } from '@cleangrid/core/limits.ts';
import { compilePattern } from '@cleangrid/core/pattern.ts';
import type { ReadyProbe } from '@cleangrid/core/plan.ts';
import type { ContainerRuntime } from '../container-runtime.ts';
import type { ExecOutcome, StepSession } from '../step-executor.ts';

export interface ProbedContainer {
  runtime: ContainerRuntime;
  id: string;
  network: string;
  session: StepSession;
}

/** `why`: one line for people. */
export type ProbeAnswer = { ready: true } | { ready: false; why: string };

const ready: ProbeAnswer = { ready: true };

export async function tryProbe(
  probe: ReadyProbe,
  container: ProbedContainer,
  signal: AbortSignal,
): Promise<ProbeAnswer> {
  const attempt = AbortSignal.any([signal, AbortSignal.timeout(readyProbeAttemptMsMax)]);
  try {
    switch (probe.kind) {
      case 'port': {
        const socket = await dial(container, probe.port, attempt);
        socket.destroy();
        return ready;
      }
      case 'http':
        return await tryHttp(probe, await dial(container, probe.port, attempt), attempt);
      case 'exec':
        return await tryExec(probe.argv, container, signal);
      case 'log':
        return await tryLog(probe.pattern, container);
      case 'health': {
        const { health } = await container.runtime.containers.get(container.id);
        return health === 'healthy'
          ? ready
          : { ready: false, why: health ?? 'the image has no health check' };
      }
      default:
        return unreachable(probe);
    }
  } catch (error) {
    return { ready: false, why: messageOf(error) };
  }
}

export function describeProbe(probe: ReadyProbe): string {
  switch (probe.kind) {
    case 'port':
      return `port ${probe.port}`;
    case 'http':
      return `http :${probe.port}${probe.path}`;
    case 'exec':
      return probe.argv.join(' ');
    case 'log':
      return `log /${probe.pattern}/`;
    case 'health':
      return "the image's health check";
    default:
      return unreachable(probe);
  }
}

async function dial(container: ProbedContainer, port: number, signal: AbortSignal): Promise<Duplex> {
  const { tunnels } = container.session;
  if (tunnels) return tunnels.connect({ port, address: '127.0.0.1' }, signal);
  const { addresses } = await container.runtime.containers.get(container.id);
  const address = addresses[container.network];
  if (address === undefined) throw new Error('the container has no address yet');
  return new Promise((resolve, reject) => {
    const socket = connect({ host: address, port, signal });
    socket.once('connect', () => resolve(socket));
    socket.once('error', reject);
  });
}

function tryHttp(
  probe: Extract<ReadyProbe, { kind: 'http' }>,
  socket: Duplex,
  signal: AbortSignal,
): Promise<ProbeAnswer> {
  return new Promise((resolve, reject) => {
    const call = request({
      createConnection: () => socket,
      path: probe.path,
      headers: { host: 'localhost', connection: 'close' },
      signal,
    });
    call.once('error', reject);
    call.once('response', (response) => {
      response.destroy();
      resolve(
        response.statusCode === probe.status ? ready : { ready: false, why: `status ${response.statusCode}` },
      );
    });
    call.end();
  });
}

async function tryExec(
  argv: string[],
  container: ProbedContainer,
  signal: AbortSignal,
): Promise<ProbeAnswer> {
  const output = keepOutput(false);
  const outcome = await container.session.run(
    { argv, env: {}, workdir: null, user: null, stdin: null, timeoutMs: readyExecMsMax },
    (_stream, chunk) => output.add(chunk),
    signal,
  );
  if (outcome.kind === 'exited' && outcome.exit.kind === 'code' && outcome.exit.code === 0) return ready;
  if (outcome.kind === 'not_started') return { ready: false, why: outcome.message };
  const said = output.kept().head.trim();
  return { ready: false, why: said === '' ? endOf(outcome) : said };
}

function endOf(outcome: Exclude<ExecOutcome, { kind: 'not_started' }>): string {
  if (outcome.kind === 'timed_out') return `it did not end within ${formatDuration(readyExecMsMax)}`;
  if (outcome.kind === 'cancelled' || outcome.exit.kind === 'signal') return 'it was ended';
  return `exit code ${outcome.exit.code}`;
}

async function tryLog(pattern: string, { runtime, id }: ProbedContainer): Promise<ProbeAnswer> {
  const wanted = compilePattern(pattern);
  let last = 'the log is empty';
  for await (const line of runtime.containers.logs(id, { follow: false })) {
    if (wanted.test(line.text)) return ready;
    last = `last line: ${line.text}`;
  }
  return { ready: false, why: last };
}
