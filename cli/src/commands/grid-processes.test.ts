import { hostname } from 'node:os';
import { expect, test } from 'vitest';
import { fakeContext } from '../fake/fake-context.ts';
import type { AgentProcess, AgentProcessOptions } from '../grid-processes.ts';
import { agentCommand } from './agent.ts';
import { coordinatorCommand } from './coordinator.ts';

function agentProcess(change: Partial<AgentProcess> = {}): AgentProcess & { done: string[] } {
  const done: string[] = [];
  return {
    host: 'box',
    executor: 'supervisor',
    slots: 2,
    removedAtStart: 0,
    refused: new Promise(() => {}),
    drain: async () => void done.push('drain'),
    close: async () => void done.push('close'),
    abandon: async () => void done.push('abandon'),
    done,
    ...change,
  };
}

function startAgent(running: AgentProcess) {
  const opened = Promise.withResolvers<AgentProcessOptions>();
  const context = {
    ...fakeContext(),
    openAgent: async (options: AgentProcessOptions) => {
      opened.resolve(options);
      return running;
    },
  };
  return { context, opened: opened.promise, code: agentCommand({ slots: '2' }, context) };
}

test('an agent says whom it works for, on what, and how', async () => {
  const { context, opened, code } = startAgent(agentProcess({ removedAtStart: 3 }));
  expect(await opened).toMatchObject({ name: hostname(), slots: 2 });
  await expect
    .poll(() => context.terminal.out.screen())
    .toEqual([
      `Agent ${hostname()} of the coordinator at 127.0.0.1:7443 (plain text, loopback only).`,
      'NATS at 127.0.0.1:4222 (plain text, loopback only).',
      'Docker host box, 2 slots, steps run by the supervisor.',
      'Removed what an earlier life left behind: 3 things.',
    ]);
  context.press('SIGTERM');
  await code;
});

test('an agent that is told to end finishes what runs, then removes what it made', async () => {
  const running = agentProcess();
  const { context, opened, code } = startAgent(running);
  await opened;
  context.press('SIGTERM');
  expect(await code).toBe(0);
  expect(running.done).toEqual(['drain', 'close']);
});

test('an agent that is told twice ends at once', async () => {
  const running = agentProcess({ drain: () => new Promise(() => {}) });
  const { context, opened } = startAgent(running);
  await opened;
  await expect.poll(() => context.terminal.out.text()).toContain('Docker host');
  context.press('SIGINT');
  context.press('SIGINT');
  expect(await context.exited).toBe(4);
  expect(running.done).toEqual(['abandon']);
});

test('an agent that is refused ends with the reason, also while it finishes', async () => {
  const refused = Promise.resolve('another agent named box was started later');
  for (const drain of [async () => {}, () => new Promise<void>(() => {})]) {
    const running = agentProcess({ refused, drain });
    await expect(startAgent(running).code).rejects.toThrow(
      'the coordinator refused this agent: another agent named box was started later',
    );
    expect(running.done).toEqual(['close']);
  }
});

test('a coordinator says where it listens, and ends orderly when it is told to', async () => {
  const done: string[] = [];
  const context = {
    ...fakeContext(),
    openCoordinator: async () => ({ port: 4711, close: async () => void done.push('close') }),
  };
  const code = coordinatorCommand({ listen: '127.0.0.1:0', stateDir: '/state' }, context);
  await expect
    .poll(() => context.terminal.out.screen())
    .toEqual([
      'Coordinator listening on 127.0.0.1:4711 (plain text, loopback only).',
      'NATS at 127.0.0.1:4222 (plain text, loopback only). State in /state.',
      'Next: cleangrid agent --coordinator 127.0.0.1:4711, then cleangrid run --grid 127.0.0.1:4711',
    ]);
  context.press('SIGTERM');
  expect(await code).toBe(0);
  expect(done).toEqual(['close']);
  context.press('SIGTERM');
});

test.each([
  'nats://me:secret@127.0.0.1:4333',
  'me:secret@127.0.0.1:4333',
  'nats://me:se@cret@127.0.0.1:4333',
])('a coordinator says how an agent is started, and shows nobody of %s', async (nats) => {
  const context = {
    ...fakeContext(),
    openCoordinator: async () => ({ port: 7443, close: async () => undefined }),
  };
  const code = coordinatorCommand({ nats, stateDir: '/state' }, context);
  await expect.poll(() => context.terminal.out.text()).toContain('…@127.0.0.1:4333, then cleangrid run');
  expect(context.terminal.out.text()).not.toMatch(/cret|me:/u);
  context.press('SIGTERM');
  await code;
});
