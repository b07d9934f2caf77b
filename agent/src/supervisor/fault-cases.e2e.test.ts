/** Whose fault it was when a session, a keeper, a container or an agent goes: the fault table of docs/warm-exec.md, by the numbers of its cases. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '@cleangrid/core/clock.ts';
import { systemClock } from '@cleangrid/core/system-clock.ts';
import Docker from 'dockerode';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { codeOf } from '../contract/code-of.ts';
import type { ExecCommand, StepSession } from '../step-executor.ts';
import { deliveredProgram } from './delivery.ts';
import { failStages, supervisorEnds } from './frames.ts';
import { openSupervisedContainer } from './supervised-container.ts';
import { freeze } from './testing/freeze.ts';
import { exitOf, leftBehind } from './testing/observe.ts';
import { glibc, musl } from './testing/settings.ts';
import {
  neverAborted,
  openStand,
  type Stand,
  type StandSetting,
  variableClock,
} from './testing/supervised-stand.ts';

const { errno } = constants;
const holdSession = join(import.meta.dirname, 'testing/hold-session.ts');

/** For what the product has no call for. */
function docker(stand: Stand): Docker.Container {
  return new Docker().getContainer(stand.container);
}

async function withStand(setting: StandSetting, use: (stand: Stand) => Promise<void>): Promise<void> {
  const stand = await openStand(setting);
  try {
    await use(stand);
  } finally {
    await stand.close();
  }
}

function openProduct(stand: Stand, clock: Clock = systemClock): Promise<StepSession> {
  const { containers } = stand.runtime;
  const parts = { containers, clock, program: deliveredProgram };
  return openSupervisedContainer(parts, stand.container, neverAborted);
}

function command(script: string): ExecCommand {
  return { argv: ['sh', '-c', script], env: {}, workdir: null, user: null, stdin: null, timeoutMs: 60_000 };
}

/** Runs a command, and `act` at its first output. */
async function runAnd(session: StepSession, script: string, act: () => unknown): Promise<unknown> {
  const started = Promise.withResolvers<void>();
  const code = codeOf(session.run(command(`echo started; ${script}`), () => started.resolve(), neverAborted));
  await Promise.race([started.promise, code]);
  await act();
  return code;
}

describe('in one container', () => {
  let stand: Stand;
  beforeAll(async () => {
    stand = await openStand(musl);
  });
  afterAll(() => stand.close());

  test('33: reports a step whose keeper it killed as lost, kills its orphans, and goes on', async () => {
    const neighbour = stand.sh('sleep 0.3; exit 9');
    const { end } = await stand.sh('setsid sleep 5033 & kill -KILL $PPID; sleep 1000');
    expect(end).toMatchObject({ keeperLost: true, dirty: false });
    expect(await leftBehind(stand, 5033)).toBe(0);
    expect(exitOf(await neighbour)).toBe(9);
  });

  test('33: notices that a keeper was stopped, when its step is overdue', async () => {
    const { session } = await stand.open({ dirtyMs: 100 });
    const run = { argv: ['sh', '-c', 'kill -STOP $PPID; sleep 5034'], timeoutMs: 100, graceMs: 100 };
    const { end } = await stand.step(run, { session });
    expect(end).toMatchObject({ keeperLost: true, dirty: false });
    expect(await leftBehind(stand, 5034)).toBe(0);
    await session.close();
  });

  test('32: kills what runs when the agent closes its half of the connection', async () => {
    const { session } = await stand.open();
    const script = 'trap "" TERM; setsid sleep 5032 & wait';
    const running = codeOf(stand.step({ argv: ['sh', '-c', script] }, { session }));
    await session.close();
    expect(await running).toBe('cancelled');
    expect(await leftBehind(stand, 5032)).toBe(0);
  });

  test('32: kills what runs when the agent is killed', async () => {
    const agent = spawn(process.execPath, [holdSession, stand.container, 'sleep 5132 & echo started; wait'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(agent.stdout, 'data');
    expect(await leftBehind(stand, 5132)).toBe(1);
    agent.kill('SIGKILL');
    while ((await leftBehind(stand, 5132)) > 0) continue;
  });

  test('32: kills what runs when nothing is heard of the agent any more', async () => {
    const { session, ended } = await stand.open({ leaseMs: 300 });
    const running = stand.step({ argv: ['sh', '-c', 'trap "" TERM; setsid sleep 5232 & wait'] }, { session });
    await expect(running).rejects.toMatchObject({ code: 'runtime_error' });
    expect(await ended).toMatchObject({ kind: 'ended', exit: { code: supervisorEnds.lease } });
    expect(await leftBehind(stand, 5232)).toBe(0);
  });

  test('31: lives as long as the agent gives signs of life, and no longer', async () => {
    const { session } = await stand.open({ leaseMs: 400, clock: variableClock(20) });
    const { end } = await stand.step({ argv: ['sh', '-c', 'sleep 1; exit 5'] }, { session });
    expect(end).toMatchObject({ code: 5 });
    await session.close();
  });
});

describe('in a container of its own', () => {
  // as PID 1, `hold` survives; below another init it dies, and its container with it
  test.for([
    ['executor_killed', false],
    ['not_running', true],
  ] as const)(
    '18: says %s when a step kills everything as root, with an init of Docker: %s',
    ([said, init]) =>
      withStand({ ...musl, spec: { init } }, async (stand) => {
        const session = await openProduct(stand);
        expect(await codeOf(session.run(command('kill -KILL -1; sleep 5'), () => {}, neverAborted))).toBe(
          said,
        );
        await session.close();
      }),
  );

  test('18: lets no step end its container by a signal to the first process', () =>
    withStand(musl, async (stand) => {
      for (const signal of ['TERM', 'INT', 'KILL', 'CHLD']) await stand.sh(`kill -${signal} 1`);
      expect(exitOf(await stand.sh('exit 6'))).toBe(6);
      await docker(stand).stop({ t: 1000 });
      expect((await stand.runtime.containers.get(stand.container)).exitCode).toBe(0);
    }));

  test('18: loses nothing when a step kills everything as another user', () =>
    withStand(musl, async (stand) => {
      const { end } = await stand.sh('kill -KILL -1; exit 5', { user: '1000' });
      expect(end).toMatchObject({ code: 5, keeperLost: false });
      expect(exitOf(await stand.sh('exit 6'))).toBe(6);
    }));

  test('33: calls it the killing of the executor when a step kills the supervisor', () =>
    withStand(musl, async (stand) => {
      const session = await openProduct(stand);
      const victim = 'kill -KILL $(cut -d" " -f4 /proc/$PPID/stat); setsid sleep 5333; sleep 5333';
      expect(await codeOf(session.run(command(victim), () => {}, neverAborted))).toBe('executor_killed');
      // the keepers kill their trees
      while ((await leftBehind(stand, 5333)) > 0) continue;
      expect(await codeOf(session.run(command('true'), () => {}, neverAborted))).toBe('executor_killed');
      await session.close();
    }));

  test.for([
    ['30: killed', (stand: Stand) => docker(stand).kill(), 1],
    ['30: restarted', (stand: Stand) => docker(stand).restart({ t: 0 }), 1],
    // Nothing ends: that takes the whole patience.
    ['30: paused', (stand: Stand) => docker(stand).pause(), 30],
    ['30: ended by its own main process', (stand: Stand) => docker(stand).kill({ signal: 'TERM' }), 1],
  ] as const)('tells a step from its container: %s', ([, act, speed]) =>
    withStand(musl, async (stand) => {
      // a paused container would keep its other session from closing
      await stand.session.close();
      const clock = variableClock();
      const session = await openProduct(stand, clock);
      const code = await runAnd(session, 'trap "" TERM; sleep 1000', async () => {
        await act(stand);
        clock.speed = speed;
      });
      expect(code).toBe('not_running');
    }),
  );

  test('30: tells a step from its container: removed', () =>
    withStand(musl, async (stand) => {
      const session = await openProduct(stand);
      const remove = () => stand.runtime.containers.remove(stand.container);
      expect(['not_found', 'not_running']).toContain(await runAnd(session, 'sleep 1000', remove));
    }));

  test('34: tells that a step was killed for memory', () =>
    withStand(
      { ...glibc, spec: { limits: { memoryBytes: 64 << 20, cpus: null, pids: null } } },
      async (stand) => {
        expect((await stand.step({ argv: ['tail', '/dev/zero'] })).end).toMatchObject({
          signal: 9,
          oom: true,
        });
        expect((await stand.sh('kill -KILL $$')).end).toMatchObject({ signal: 9, oom: false });
      },
    ));

  test('24: ends a fork bomb, and says when a limit of processes lets no step start', () =>
    withStand({ ...musl, spec: { limits: { memoryBytes: null, cpus: null, pids: 60 } } }, async (stand) => {
      // a shell that cannot fork ends: the one that is to be timed out forks only before the bomb grows
      const bomb = await stand.sh('f() { f & f & }; f 2>/dev/null & exec sleep 1000', {
        timeoutMs: 200,
        graceMs: 0,
      });
      expect(bomb.end).toMatchObject({ timedOut: true, dirty: false });
      const cancel = new AbortController();
      const started = Promise.withResolvers<void>();
      const full = stand.step(
        { argv: ['sh', '-c', '(while :; do sleep 1000 & done) 2>/dev/null; echo full; exec sleep 1000'] },
        { signal: cancel.signal, output: () => started.resolve() },
      );
      await started.promise;
      const refused = await stand.sh('true');
      expect(refused.end).toMatchObject({ kind: 'fail', stage: failStages.resources, errno: errno.EAGAIN });
      cancel.abort();
      expect((await full).end).toMatchObject({ dirty: false });
      expect(exitOf(await stand.sh('exit 4'))).toBe(4);
    }));

  test('35: says that a process that cannot be killed is left', () =>
    withStand({ ...glibc, dirtyMs: 300 }, async (stand) => {
      await stand.sh('cp /usr/bin/setpriv /tmp/setpriv; chmod 4755 /tmp/setpriv');
      const { session } = await stand.open({ sessionUser: '1000' });
      // root's process, and the supervisor of this session may not signal it
      const escape =
        '/tmp/setpriv --reuid=0 --regid=0 --clear-groups sleep 5035 & until grep -q "^Uid:.0" /proc/$!/status; do :; done; exit 0';
      const { end } = await stand.step({ argv: ['sh', '-c', escape] }, { session });
      expect(end).toMatchObject({ code: 0, dirty: true });
      await session.close();
      expect(await leftBehind(stand, 5035)).toBe(1);
    }));

  test('35: says that a frozen process is left, where the kernel kills none', () =>
    withStand({ ...glibc, dirtyMs: 300 }, async (stand) => {
      const said = Promise.withResolvers<number>();
      const script = 'sleep 5135 & echo $!; until [ -e /tmp/go ]; do sleep 0.01; done';
      const output = (_stream: string, chunk: Uint8Array): void =>
        said.resolve(Number(Buffer.from(chunk).toString()));
      const running = stand.step({ argv: ['sh', '-c', script] }, { output });
      const frozen = await freeze(stand.container, await said.promise);
      await stand.sh('touch /tmp/go');
      const { end } = await running;
      expect(end).toMatchObject({ code: 0, survivorsKilled: frozen.isUnkillable ? 0 : 1 });
      expect(end).toMatchObject({ dirty: frozen.isUnkillable });
      await frozen.thaw();
      expect(await leftBehind(stand, 5135)).toBe(0);
    }));
});
