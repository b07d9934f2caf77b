import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@cleangrid/core/system-clock.ts';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import type { ContainerRuntime } from '../container-runtime.ts';
import { openExecutor } from './open-executor.ts';

test.for([
  ['arm64', 'supervisor', 0],
  ['amd64', 'plain', 1],
] as const)(
  "takes the program that was built for the daemon's architecture: for %s, %s",
  async ([architecture, kind, warnings]) => {
    const programs = await mkdtemp(join(tmpdir(), 'cleangrid-supervisor-'));
    await mkdir(join(programs, 'arm64'));
    await writeFile(join(programs, 'arm64', 'cleangrid-supervisor'), 'a program');
    const logged: string[] = [];
    const executor = await openExecutor({
      runtime: {} as ContainerRuntime,
      clock: systemClock,
      ids: { random: () => 'x' },
      logger: pino({ level: 'warn' }, { write: (line) => void logged.push(line) }),
      architecture,
      programs,
    });
    await rm(programs, { recursive: true });
    expect(executor.kind).toBe(kind);
    expect(logged).toHaveLength(warnings);
  },
);
