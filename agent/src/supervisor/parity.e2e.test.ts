/** Case 29 of docs/warm-exec.md: a program can find no difference between being run by the supervisor and by `docker exec`. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { collectOutput } from '../contract/container-stand.ts';
import { openSupervisedContainer } from './supervised-container.ts';
import { deliveredProgram } from './delivery.ts';
import { systemClock } from '@cleangrid/core/system-clock.ts';
import type { StepSession } from '../step-executor.ts';
import { settings } from './testing/settings.ts';
import { neverAborted, openStand, type Stand } from './testing/supervised-stand.ts';

const env = { ADDED: 'x', PATH: '/usr/local/bin:/bin:/usr/bin' };

/** What belongs to a process by chance: its numbers, its memory, how often it waited. */
const byChance =
  /^(Pid|PPid|Tgid|NS\w+|Vm\w+|Rss\w+|Hugetlb\w+|\w*ctxt_switches|SigQ|Speculation\w*|FDSize|THP\w*|Threads|x86\w*|Seccomp_filters|Name):/;

/** Everything that a program can ask about itself. */
const look = [
  'cat /proc/self/status /proc/self/limits /proc/self/cgroup /proc/self/oom_score_adj',
  'env | sort',
  'pwd',
  'umask',
  'ls /proc/self/fd',
  // priority, nice and scheduling policy
  'cut -d" " -f 18,19,41 /proc/self/stat',
].join('; ');

describe.for(Object.entries(settings))('in %s', ([, setting]) => {
  let stand: Stand;
  let session: StepSession;
  beforeAll(async () => {
    stand = await openStand(setting);
    const parts = { containers: stand.runtime.containers, clock: systemClock, program: deliveredProgram };
    session = await openSupervisedContainer(parts, stand.container, neverAborted);
  });
  afterAll(async () => {
    await session.close();
    await stand.close();
  });

  async function both(script: string, user: string | null): Promise<[string, string]> {
    const argv = [...stand.shell, script];
    const plain = collectOutput();
    const spec = { argv, env, stdin: false, ...(user !== null && { user }) };
    const execution = await stand.runtime.containers.exec(stand.container, spec, { output: plain.take });
    await execution.exited;
    const warm = collectOutput();
    const command = { argv, env, workdir: null, user, stdin: null, timeoutMs: 10_000 };
    await session.run(command, warm.take, neverAborted);
    return [plain.texts().stdout, warm.texts().stdout];
  }

  test.for([null, '0', '65534', '1234:5678'])(
    '29: shows a program the same as docker exec, as user %s',
    async (user) => {
      const [plain, warm] = await both(look, user);
      const lines = (text: string): string[] => text.split('\n').filter((line) => !byChance.test(line));
      expect(lines(warm)).toEqual(lines(plain));
      expect(lines(plain)).toContain('ADDED=x');
    },
  );
});
