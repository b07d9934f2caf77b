/** Case 31 of docs/warm-exec.md, and the rows of its fault table about the daemon: restarted, with and without live-restore, and frozen. */

import { readdir, readFile } from 'node:fs/promises';
import { systemClock } from '@cleangrid/core/system-clock.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { codeOf } from '../contract/code-of.ts';
import { deliveredProgram } from './delivery.ts';
import { openSupervisedContainer } from './supervised-container.ts';
import { exitOf } from './testing/observe.ts';
import { openPrivateDaemon, type PrivateDaemon } from './testing/private-daemon.ts';
import { musl } from './testing/settings.ts';
import { neverAborted, openStand, type Stand, variableClock } from './testing/supervised-stand.ts';

const { image } = musl;

let daemon: PrivateDaemon;
beforeAll(async () => {
  daemon = await openPrivateDaemon('--live-restore');
  await daemon.load(image);
});
afterAll(() => daemon.remove());

async function open(): Promise<Stand> {
  return openStand({ ...musl, runtime: await daemon.runtime() });
}

/** On this machine, whatever the state of the daemon. */
async function isRunning(commandLine: string): Promise<boolean> {
  const wanted = `${commandLine.replaceAll(' ', '\0')}\0`;
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const running = await Promise.all(
    pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')),
  );
  return running.includes(wanted);
}

/** Starts `sleep SECONDS` through the product in a container of the stand; its code tells how the step was lost. */
async function startSleeper(
  stand: Stand,
  seconds: number,
  clock = systemClock,
): Promise<{ code: Promise<string> }> {
  const { containers } = await daemon.runtime(clock);
  const parts = { containers, clock, program: deliveredProgram };
  const session = await openSupervisedContainer(parts, stand.container, neverAborted);
  const argv = ['sh', '-c', `trap "" TERM; echo started; sleep ${seconds}; true`];
  const command = { argv, env: {}, workdir: null, user: null, stdin: null, timeoutMs: 60_000 };
  const started = Promise.withResolvers<void>();
  const code = codeOf(session.run(command, () => started.resolve(), neverAborted));
  await Promise.race([started.promise, code]);
  while (!(await isRunning(`sleep ${seconds}`))) continue;
  return { code };
}

test('31: loses its sessions when a daemon with live-restore restarts, and nothing of them lives on', async () => {
  const stand = await open();
  const { session } = await stand.open({ leaseMs: 1000, clock: variableClock(10) });
  const short = codeOf(stand.step({ argv: ['sleep', '5131'] }, { session }));
  const { code } = await startSleeper(stand, 5132);
  await daemon.kill();
  expect(await code).toBe('daemon_unreachable');
  expect(await short).toBe('runtime_error');
  // no end of file reaches the supervisor: its lease does it
  while (await isRunning('sleep 5131')) continue;
  await daemon.start('--live-restore');
  const again = await stand.open();
  expect(exitOf(await stand.step({ argv: ['sh', '-c', 'exit 3'] }, { session: again.session }))).toBe(3);
  while (await isRunning('sleep 5132')) continue;
  await again.session.close();
});

test('31: loses its sessions when a daemon without live-restore restarts, with their containers', async () => {
  const stand = await open();
  const { code } = await startSleeper(stand, 5133);
  await daemon.kill();
  await daemon.start();
  expect(['daemon_unreachable', 'not_running']).toContain(await code);
  expect((await stand.runtime.containers.get(stand.container)).state).toBe('exited');
  expect(await isRunning('sleep 5133')).toBe(false);
});

test('gives up a daemon that is frozen', async () => {
  const stand = await open();
  const clock = variableClock();
  const { code } = await startSleeper(stand, 5134, clock);
  daemon.signal('SIGSTOP');
  clock.speed = 100;
  expect(await code).toBe('timed_out');
  daemon.signal('SIGCONT');
  await stand.close();
});
