import { systemClock } from '@cleangrid/core/system-clock.ts';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import type { Containers, ExecExit } from '../container-runtime.ts';
import type { StepExecutor, StepSession } from '../step-executor.ts';
import { protocolVersion, supervisorFrames } from './frames.ts';
import { createSupervisorExecutor } from './supervisor-executor.ts';
import { rawFrame, word } from './testing/raw-frames.ts';

const neverAborted = new AbortController().signal;

/** A runtime whose only container holds a supervisor that introduces itself with these numbers. */
function runtimeWhoseSupervisorSays(version: number, flags: number): Containers {
  const hello = rawFrame(
    supervisorFrames.hello,
    0,
    Buffer.concat([version, flags, 1, 0, 0, 8, 1, 1].map(word)),
  );
  const exec: Containers['exec'] = async (_container, _command, { output }) => {
    const { promise: exited, resolve } = Promise.withResolvers<ExecExit>();
    setImmediate(() => void output('stdout', hello));
    return { write: async () => {}, endInput: () => resolve({ kind: 'exited', code: 0 }), exited };
  };
  const get = async () => ({ startedAtMs: 1, user: null, env: {} });
  return { exec, get } as unknown as Containers;
}

const plainSession = { kind: 'plain' } as StepSession;
const plain = { open: async () => plainSession } as unknown as StepExecutor;

function open(containers: Containers): { executor: StepExecutor; logged: unknown[] } {
  const logged: unknown[] = [];
  const logger = pino({ level: 'warn' }, { write: (line) => void logged.push(JSON.parse(line)) });
  const deliver = (): Promise<never> => Promise.reject(new Error('not asked for'));
  const parts = { containers, clock: systemClock, logger, deliver, fallback: plain };
  return { executor: createSupervisorExecutor(parts), logged };
}

test('uses a supervisor to which the kernel gives orphans', async () => {
  const { executor, logged } = open(runtimeWhoseSupervisorSays(protocolVersion, 1));
  const session = await executor.open('c', neverAborted);
  expect(session.kind).toBe('supervisor');
  await session.close();
  expect(logged).toEqual([]);
});

test.for([
  ['to which the kernel gives no orphans', protocolVersion, 0],
  ['of another version', protocolVersion + 1, 1],
] as const)(
  'falls back to plain exec beside a supervisor %s, and says so once',
  async ([, version, flags]) => {
    const { executor, logged } = open(runtimeWhoseSupervisorSays(version, flags));
    expect(await executor.open('c', neverAborted)).toBe(plainSession);
    expect(await executor.open('c', neverAborted)).toBe(plainSession);
    expect(logged).toHaveLength(1);
  },
);
