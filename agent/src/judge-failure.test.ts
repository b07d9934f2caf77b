import { GridError } from '@cleangrid/core/errors.ts';
import { expect, test } from 'vitest';
import { exited, label, run, type Script, step } from './fake/scripted-scenario.ts';
import type { ContainerFate } from './pool/container-watch.ts';
import type { ExecOutcome } from './step-executor.ts';

const endings: [ExecOutcome | GridError, ContainerFate, string][] = [
  [exited(1), { kind: 'running' }, 'failed (expectation)'],
  [exited(137), { kind: 'exited', exitCode: 1 }, 'failed (service_exited), tainted'],
  [exited(137), { kind: 'oom' }, 'failed (service_oom), tainted'],
  [exited(137), { kind: 'killed', how: 'killed' }, 'broken (container_lost), tainted'],
  [exited(1), { kind: 'unknown', error: new Error('no answer') }, 'broken (daemon_unavailable), tainted'],
  [
    { kind: 'not_started', message: 'no such program', durationMs: 1, evidence: null },
    { kind: 'running' },
    'failed (command)',
  ],
  [
    { kind: 'timed_out', exit: null, durationMs: 1, evidence: null },
    { kind: 'running' },
    'failed (timeout), tainted',
  ],
  [
    new GridError('not_running', 'it stopped'),
    { kind: 'exited', exitCode: 3 },
    'failed (service_exited), tainted',
  ],
  [new GridError('not_running', 'it stopped'), { kind: 'running' }, 'broken (container_lost), tainted'],
  [new GridError('daemon_unreachable', 'gone'), { kind: 'running' }, 'broken (daemon_unavailable), tainted'],
  [new GridError('disk_full', 'no space'), { kind: 'running' }, 'broken (disk_full), tainted'],
  [new GridError('unavailable', 'no merging'), { kind: 'running' }, 'broken (resource), tainted'],
];

test.each(endings)('blames for %j with a container %j: %s', async (ending, fate, expected) => {
  const script: Script = () => {
    if (ending instanceof GridError) throw ending;
    return ending;
  };
  const { verdict, tainted } = await run([step('work')], { script, fate });
  expect(`${label(verdict)}${tainted ? ', tainted' : ''}`).toBe(expected);
});

test('never blames a container for a step that passed', async () => {
  const { verdict } = await run([step('work')], { fate: { kind: 'exited', exitCode: 0 } });
  expect(label(verdict)).toBe('passed');
});
